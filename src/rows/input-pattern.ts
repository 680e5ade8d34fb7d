import { BatchError } from '../domain/batch-error';
import { isInBigQuery } from '../domain/bigquery-uri';

/** One entry of a run's `input`. */
export interface InputPattern {
  readonly text: string;
  /** Objects that can match begin with this URI; the object itself where there is no wildcard. */
  readonly prefixUri: string;
  readonly hasWildcard: boolean;
  matches(uri: string): boolean;
}

/**
 * Reads an entry as Cloud Storage writes them: `*` and `?` stand for characters of one folder, `**` also for slashes.
 * @throws {BatchError} `InvalidRequest` when it isn't one object or wildcard in Cloud Storage
 */
export function parseInputPattern(text: string): InputPattern {
  if (isInBigQuery(text)) {
    throw new BatchError(
      'InvalidRequest',
      `input ${text} is a BigQuery table, which this version doesn't read; export it to gs:// as JSONL`,
    );
  }
  const [, bucket = '', name = ''] = /^gs:\/\/([^/*?]+)\/(.+)$/s.exec(text) ?? [];
  if (bucket === '') {
    throw new BatchError('InvalidRequest', `input must be gs://bucket/name, with * for many objects, got "${text}"`);
  }
  if (name.endsWith('/')) {
    throw new BatchError('InvalidRequest', `input ${text} is a folder; write ${text}*.jsonl for the objects in it`);
  }
  const wildcard = name.search(/[*?]/);
  if (wildcard === -1) {
    return { text, prefixUri: text, hasWildcard: false, matches: (uri) => uri === text };
  }
  const expression = wildcardExpression(`gs://${bucket}/${name}`);
  return {
    text,
    prefixUri: `gs://${bucket}/${name.slice(0, wildcard)}`,
    hasWildcard: true,
    matches: (uri) => expression.test(uri),
  };
}

/** What a pattern with `*`, `?` and `**` matches. */
export function wildcardExpression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*+|\*|\?|[\\^$.|+()[\]{}]/g, (token) => {
    if (token.startsWith('**')) return '.*';
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  return new RegExp(`^${source}$`, 'su');
}
