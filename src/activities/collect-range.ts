import type { Handler, Handlers } from '../define-handler';
import type { FailedRow, RowOutcome } from '../domain/row-outcome';
import { addUsage, NO_USAGE, type TokenUsage } from '../domain/usage';
import { type OutputPlace, writeCollectedRow } from '../rows/collected-rows';
import { commitOnce, findRecord, nonce, readJson } from '../rows/commits';
import type { Line } from '../rows/lines';
import { LineWriter } from '../rows/line-writer';
import { type Metadata, metadataOf } from '../rows/metadata';
import type { PartIndex } from '../rows/part-index';
import { loadPartIndex } from '../rows/part-index-stored';
import { readPlan } from '../rows/plan';
import { readRangeLines } from '../rows/ranges';
import type { CollectRecord, JobOutputs, OutputProblem } from '../rows/records';
import { loadRequestHashes, type RequestHashes } from '../rows/request-hashes';
import type { ErrorRow, ResultRow } from '../rows/result-row';
import { skimOutputRow } from '../rows/skim/output-row';
import type { Scanner } from '../rows/skim/scanner';
import { withScanner } from '../rows/skim/scanners';
import { directoryOf, rangeRecordUri } from '../rows/work-paths';
import { writtenOnce } from '../rows/written-once';
import { classifyOutputRow } from '../schemas/output-row';
import type { Attempt, RowGateways } from './attempt';
import type { CollectedRange, CollectRangeInput, SourceFile } from './contract';
import { fitOutput, outputMismatch } from './fit-output';
import { handlerOf } from './handler-of';
import { joinOutput, type JoinedRow } from './join-output';

/** Problems that a range's record holds, at most, and how much of each line. */
const KEPT_PROBLEMS = 20;
const KEPT_TEXT = 2_000;

/** Joins, classifies and writes the rows that begin in one range of a job's output, once. */
export async function collectRange(
  { store, handlers }: RowGateways & { readonly handlers: Handlers },
  input: CollectRangeInput,
  attempt: Attempt,
): Promise<CollectedRange> {
  const { signal } = attempt;
  const roundUri = directoryOf(input.outputsUri);
  const recordUri = rangeRecordUri(roundUri, input.range);
  const standing = await findRecord<CollectRecord>(store, recordUri, { signal });
  if (standing !== undefined) return summaryOf(standing);

  const handler = input.handler === null ? null : handlerOf(handlers, input.handler.name);
  const { planUri, outputsUri, run } = input;
  const plan = await writtenOnce(store, run.execution, planUri, () => readPlan(store, planUri, { signal }));
  const outputs = await writtenOnce(store, run.execution, outputsUri, () =>
    readJson<JobOutputs>(store, outputsUri, { signal }),
  );
  const range = outputs.ranges[input.range];
  const file = range && outputs.files[range.file];
  if (!range || !file) throw new RangeError(`${input.outputsUri} has no range ${input.range}`);

  const index = await loadPartIndex(store, plan, input.part);
  const collector = new RangeCollector({
    index,
    round: input.round,
    schema: handler?.schema ? { name: input.handler?.name ?? '', schema: handler.schema } : null,
    hashes: () => loadRequestHashes(store, plan, input.part, index, { signal, log: attempt.log }),
    metadata: (row) => metadataOf(store, index, plan.keys.field, row, { signal, log: attempt.log }),
    newWriter: (what) => new LineWriter(store, `${recordUri.slice(0, -'.json'.length)}-${nonce()}-${what}.jsonl`),
  });
  try {
    await withScanner(async (scanner) => {
      for await (const line of readRangeLines(store, file, range, { signal })) {
        signal.throwIfAborted();
        attempt.heartbeat();
        await collector.add(line, range.file, file, outputs.endedWell, scanner);
      }
    });
    const { record } = await commitOnce(store, recordUri, await collector.close(), { signal });
    return summaryOf(record);
  } finally {
    await collector.abandon();
  }
}

function summaryOf({ rows, answered, blocked, failed }: CollectRecord): CollectedRange {
  return { rows, answered, blocked, failed };
}

interface CollectorParts {
  readonly index: PartIndex;
  readonly round: number;
  readonly schema: { readonly name: string; readonly schema: NonNullable<Handler['schema']> } | null;
  readonly hashes: () => Promise<RequestHashes>;
  readonly metadata: (row: number) => Promise<Metadata>;
  readonly newWriter: (what: 'results' | 'errors' | 'entries') => LineWriter;
}

/** Takes the lines of one range and keeps their sums. */
class RangeCollector {
  readonly #parts: CollectorParts;
  readonly #results: LineWriter;
  readonly #errors: LineWriter;
  readonly #entries: LineWriter;
  readonly #counts = { lines: 0, rows: 0, answered: 0, blocked: 0, failed: 0, strangers: 0, unreadable: 0, torn: 0 };
  readonly #problems: OutputProblem[] = [];
  #usage: TokenUsage = NO_USAGE;
  readonly #modelVersions: string[] = [];

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#results = parts.newWriter('results');
    this.#errors = parts.newWriter('errors');
    this.#entries = parts.newWriter('entries');
  }

  async add(line: Line, ordinal: number, file: SourceFile, endedWell: boolean, scanner: Scanner): Promise<void> {
    const { content } = line;
    const skimmed = content && skimOutputRow(scanner, content, this.#parts.index.outputKeyField);
    const text = skimmed === undefined ? content?.toString('utf8') : undefined;
    if (text?.trim() === '') return;
    this.#counts.lines += 1;
    const parsed = skimmed ?? (text === undefined ? undefined : parsedRow(text));
    if (parsed === undefined) {
      const isUnfinished = !endedWell && line.byte + line.length >= file.size;
      this.#counts[isUnfinished ? 'torn' : 'unreadable'] += 1;
      this.#note(isUnfinished ? 'torn' : 'unreadable', file, line, text);
      return;
    }
    this.#counts.rows += 1;
    const joined = await joinOutput(this.#parts.index, this.#parts.hashes, parsed);
    if (joined.kind === 'stranger') {
      this.#counts.strangers += 1;
      this.#note('stranger', file, line, content?.toString('utf8'));
      return;
    }
    const echo = { file: ordinal, from: line.byte, to: line.byte + line.length };
    await this.#write(joined, parsed, echo);
    for (const writer of this.#writers()) if (writer.isFull) await writer.drain();
  }

  async close(): Promise<CollectRecord> {
    const [results, errors, entries] = await Promise.all(this.#writers().map((writer) => writer.close()));
    return {
      ...this.#counts,
      usage: this.#usage,
      modelVersions: this.#modelVersions,
      results: results ?? null,
      errors: errors ?? null,
      entries: entries ?? null,
      problems: this.#problems,
    };
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#writers().map((writer) => writer.abandon()));
  }

  async #write(
    joined: Exclude<JoinedRow, { kind: 'stranger' }>,
    parsed: Readonly<Record<string, unknown>>,
    echo: OutputPlace,
  ): Promise<void> {
    const { row } = joined;
    const classified = classifyOutputRow(parsed);
    const { outcome, output } = await this.#fitted(row, classified);
    const place =
      outcome.kind === 'answered'
        ? this.#results.add(JSON.stringify(await this.#resultRow(row, outcome, output, parsed['response'])))
        : this.#errors.add(JSON.stringify(this.#errorRow(row, outcome)));
    this.#counts[outcome.kind] += 1;
    this.#usage = addUsage(this.#usage, outcome.usage);
    this.#entries.add(
      writeCollectedRow({
        row,
        kind: outcome.kind,
        code: outcome.kind === 'failed' ? outcome.code : null,
        status: outcome.kind === 'answered' ? (outcome.finishReason ?? '') : outcome.status,
        retryable: outcome.kind === 'failed' && outcome.retryable,
        usage: outcome.usage,
        requestHash: joined.kind === 'ambiguous' ? joined.requestHash : null,
        echo: outcome.kind === 'failed' ? echo : null,
        model: this.#modelNumber(outcome.modelVersion),
        ...(outcome.promptAudioTokens !== undefined && { promptAudioTokens: outcome.promptAudioTokens }),
        ...place,
      }),
    );
  }

  async #fitted(row: number, outcome: RowOutcome): Promise<{ outcome: RowOutcome; output?: unknown }> {
    const { schema, index } = this.#parts;
    if (schema === null || outcome.kind !== 'answered') return { outcome };
    const result = fitOutput(schema.name, schema.schema, index.keyOf(row), outcome.text);
    const fitted = result instanceof Promise ? await result : result;
    if (fitted.kind === 'fits') return { outcome, output: fitted.output };
    return { outcome: outputMismatch(outcome, fitted.why) satisfies FailedRow };
  }

  async #resultRow(
    row: number,
    { text, finishReason, modelVersion, usage, wholeResponse }: Extract<RowOutcome, { kind: 'answered' }>,
    output: unknown,
    response: unknown,
  ): Promise<ResultRow> {
    const { index } = this.#parts;
    return {
      key: index.keyOf(row),
      outcome: 'answered',
      source: index.sourceOf(row),
      metadata: await this.#parts.metadata(row),
      text,
      ...(output === undefined ? {} : { output }),
      finishReason,
      modelVersion,
      usage,
      ...(wholeResponse ? { response } : {}),
    };
  }

  #errorRow(row: number, outcome: Exclude<RowOutcome, { kind: 'answered' }>): ErrorRow {
    const { index, round } = this.#parts;
    const { status, message } = outcome;
    const { code, retryable } = outcome.kind === 'failed' ? outcome : { code: null, retryable: false };
    return {
      key: index.keyOf(row),
      outcome: outcome.kind,
      source: index.sourceOf(row),
      error: { code, status, message, retryable },
      round,
    };
  }

  #modelNumber(version: string | null): number | null {
    if (version === null) return null;
    const known = this.#modelVersions.indexOf(version);
    return known === -1 ? this.#modelVersions.push(version) - 1 : known;
  }

  #note(kind: OutputProblem['kind'], { uri }: SourceFile, { byte }: Line, text = ''): void {
    if (this.#problems.length >= KEPT_PROBLEMS) return;
    this.#problems.push({ kind, uri, byte, text: text.slice(0, KEPT_TEXT) });
  }

  #writers(): readonly LineWriter[] {
    return [this.#results, this.#errors, this.#entries];
  }
}

function parsedRow(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
