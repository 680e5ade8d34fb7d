import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { markdownTable } from './markdown-table';
import { ROOT } from './markdown';

/**
 * What two of Google's pages say of tables and formats: 11–14 of "Batch prediction from Cloud Storage" (2025), the others of "Batch
 * text generation" (2024). Tests that show one begin with its number.
 */
export const STATEMENTS: Readonly<Record<number, string>> = {
  11: 'The destination is a table or a prefix, whatever the input is',
  12: '`outputUri` or `outputUriPrefix`, by the destination',
  13: 'An output URI is `bq://project.dataset.table` or `gs://bucket/path`',
  14: 'The output’s dataset lies in the job’s region',
  38: 'Many multimodal prompts go in one job, and are answered later',
  39: 'Half the price',
  40: 'A list of models, all of them retired since: any name is taken',
  41: 'Input from BigQuery and from Cloud Storage',
  42: 'The column `request` has valid JSON',
  43: 'It is a `GenerateContentRequest`',
  44: 'Other columns are allowed, not used, and carried to the output',
  45: '`response` and `status` are reserved names of columns',
  46: 'No `fileData` in tables; now objects of Cloud Storage and videos of YouTube: a warning for others',
  47: 'The sample with `parts` as an object, and `system_instruction`',
  48: 'Input from Cloud Storage is JSONL',
  49: 'Buckets in us-central1: now in any region, and `global`',
  50: 'The service account may read the input',
  51: 'Media types by model: a warning',
  52: 'The sample with `file_data`, `file_uri`, `mime_type` and `video/mov`',
  53: 'Jobs may take long',
  54: 'A display name',
  55: 'An input URI is `bq://project.dataset.table` or of Cloud Storage',
  56: '`bigquerySource` or `gcsSource`',
  57: '`jsonl` or `bigquery`, and it fits the source',
  58: 'An output table is made if it isn’t there',
  59: 'POST to v1 in us-central1',
  60: '`predictionsFormat` `bigquery` with `bigqueryDestination`',
  61: 'Misprints of the page are no rules',
  62: 'The answer spells the model in another way, and is PENDING',
  63: 'Poll by id until the job has succeeded',
  64: 'Rows go to the table that was asked for',
  65: 'Output columns `request`, `response` and `status`',
  66: 'A model with the version `@default`',
  67: 'A `name` in the create is ignored',
  68: '`uris` may be one string',
  69: 'Labels on jobs',
};

/** The tests that begin with each number, as paths below `test`. */
export function testsOfStatements(): ReadonlyMap<number, readonly string[]> {
  const tests = new Map<number, string[]>();
  const paths = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((name) => name.endsWith('.ts')).toSorted()) {
    const text = readFileSync(join(ROOT, 'test', path), 'utf8');
    for (const [, numbers = ''] of text.matchAll(/['"`](\d\d(?:, \d\d)*): (?!\$)/g)) {
      for (const number of numbers.split(', ').map(Number)) {
        const known = tests.get(number) ?? [];
        if (!known.includes(path)) tests.set(number, [...known, path]);
      }
    }
  }
  return tests;
}

/** The table of docs/statements.md. */
export function statementTable(): string {
  const tests = testsOfStatements();
  const rows = Object.entries(STATEMENTS).map(([number, statement]) => [
    number,
    statement,
    (tests.get(Number(number)) ?? []).map(linkTo).join(' · '),
  ]);
  return markdownTable([['no.', 'Google’s pages', 'tests whose names begin with the number'], ...rows]);
}

function linkTo(path: string): string {
  const posix = path.split(sep).join('/');
  return `[${posix.replace(/(\.test)?\.ts$/, '')}](../test/${posix})`;
}
