import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { argv } from 'node:process';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';
import { stableHash } from './stable-request';

interface KnownRow {
  readonly key: string;
  readonly hash: string;
  readonly uri: string;
  readonly line: number;
}

interface OutputRow {
  readonly key?: string;
  readonly status: string;
  readonly request: unknown;
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

const [, , by, rowsPath = '', outputPath = '', target = ''] = argv;
const known = new Map<string, KnownRow>();
for (const line of readFileSync(rowsPath, 'utf8').split('\n')) {
  if (line === '') continue;
  const row = JSON.parse(line) as KnownRow;
  known.set(by === 'hash' ? row.hash : row.key, row);
}

/** What users write: readline, `JSON.parse`, a Map, `JSON.stringify`. */
async function collect(): Promise<Verdict> {
  const results = createWriteStream(`${target}-results.jsonl`);
  const errors = createWriteStream(`${target}-errors.jsonl`);
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(outputPath), crlfDelay: Infinity })) {
    const output = JSON.parse(line) as OutputRow;
    const row = known.get(by === 'hash' ? stableHash(output.request) : (output.key ?? ''));
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

void printMeasured(collect);
