import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import type { Verdict } from '../contest/measured';

export interface KnownRow {
  readonly key: string;
  readonly hash: string;
  readonly uri: string;
  readonly line: number;
}

export interface OutputRow {
  readonly key?: string;
  readonly status: string;
  readonly request?: unknown;
  readonly response?: {
    readonly candidates?: readonly {
      readonly content?: { readonly parts?: readonly { readonly text?: string }[] };
      readonly finishReason?: string;
    }[];
    readonly promptFeedback?: { readonly blockReason?: string };
    readonly modelVersion?: string;
    readonly usageMetadata?: object;
  };
}

export function knownRows(path: string, member: 'key' | 'hash'): ReadonlyMap<string, KnownRow> {
  const known = new Map<string, KnownRow>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const row = JSON.parse(line) as KnownRow;
    known.set(row[member], row);
  }
  return known;
}

/** What users write of the rows of an output: a Map, `JSON.stringify`, two streams. */
export async function writeResults(
  outputs: AsyncIterable<OutputRow>,
  knownRowOf: (output: OutputRow) => KnownRow | undefined,
  target: string,
): Promise<Verdict> {
  const results = createWriteStream(`${target}-results.jsonl`);
  const errors = createWriteStream(`${target}-errors.jsonl`);
  let rows = 0;
  for await (const output of outputs) {
    const row = knownRowOf(output);
    if (row === undefined) continue;
    rows += 1;
    const { key, uri, line: number } = row;
    const source = { uri, line: number };
    const { candidates, modelVersion, usageMetadata, promptFeedback } = output.response ?? {};
    const text = candidates?.[0]?.content?.parts?.map((part) => part.text ?? '').join('') ?? '';
    const finishReason = candidates?.[0]?.finishReason;
    const isAnswered = output.status === '' && text !== '';
    const written = isAnswered
      ? { key, outcome: 'answered', source, metadata: {}, text, finishReason, modelVersion, usage: usageMetadata }
      : { key, outcome: 'failed', source, error: output.status || promptFeedback?.blockReason || finishReason };
    const file = isAnswered ? results : errors;
    if (!file.write(`${JSON.stringify(written)}\n`)) await once(file, 'drain');
  }
  await Promise.all([results, errors].map((file) => new Promise((resolve) => file.end(resolve))));
  return { rows, errors: 0 };
}
