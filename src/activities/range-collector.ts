import type { Handler } from '../define-handler';
import type { AnsweredRow, FailedRow, RowOutcome } from '../domain/row-outcome';
import { addUsage, NO_USAGE, type TokenUsage } from '../domain/usage';
import { type OutputPlace, writeCollectedRow } from '../rows/collected-rows';
import type { Line } from '../rows/lines';
import type { LineWriter } from '../rows/line-writer';
import type { Metadata } from '../rows/metadata';
import type { PartIndex } from '../rows/part-index';
import type { CollectRecord, OutputProblem } from '../rows/records';
import type { RequestHashes } from '../rows/request-hashes';
import { type ErrorRow, resultLine, type ResultRow } from '../rows/result-row';
import { type OutputRow, OutputSkimmer, readOutputRow } from '../rows/skim/output-row';
import type { Scanner } from '../rows/skim/scanner';
import type { SourceFile } from './contract';
import { fitOutput, outputMismatch } from './fit-output';
import { joinOutput, type JoinedRow } from './join-output';

/** Problems that a range's record holds, at most, and how much of each line. */
const KEPT_PROBLEMS = 20;
const KEPT_TEXT = 2_000;

export interface CollectorParts {
  /** For this collector alone as long as it lives. */
  readonly scanner: Scanner;
  readonly index: PartIndex;
  readonly round: number;
  readonly schema: { readonly name: string; readonly schema: NonNullable<Handler['schema']> } | null;
  readonly hashes: () => Promise<RequestHashes>;
  readonly metadata: (row: number) => Promise<Metadata>;
  readonly newWriter: (what: 'results' | 'errors' | 'entries') => LineWriter;
}

/** Takes the lines of one range and keeps their sums. */
export class RangeCollector {
  readonly #parts: CollectorParts;
  readonly #skimmer: OutputSkimmer;
  readonly #results: LineWriter;
  readonly #errors: LineWriter;
  readonly #entries: LineWriter;
  readonly #counts = { lines: 0, rows: 0, answered: 0, blocked: 0, failed: 0, strangers: 0, unreadable: 0, torn: 0 };
  readonly #problems: OutputProblem[] = [];
  #usage: TokenUsage = NO_USAGE;
  readonly #modelVersions: string[] = [];

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#skimmer = new OutputSkimmer(parts.scanner, parts.index.outputKeyField);
    this.#results = parts.newWriter('results');
    this.#errors = parts.newWriter('errors');
    this.#entries = parts.newWriter('entries');
  }

  async add({ content, ...line }: Line, ordinal: number, file: SourceFile, endedWell: boolean): Promise<void> {
    const row = content && (this.#skimmer.read(content) ?? this.#readInFull(content));
    if (row === 'blank') return;
    this.#counts.lines += 1;
    if (row === undefined) {
      const isUnfinished = !endedWell && line.byte + line.length >= file.size;
      this.#counts[isUnfinished ? 'torn' : 'unreadable'] += 1;
      this.#note(isUnfinished ? 'torn' : 'unreadable', file, line, content);
      return;
    }
    this.#counts.rows += 1;
    const joined = await joinOutput(this.#parts.index, this.#parts.hashes, row);
    if (joined.kind === 'stranger') {
      this.#counts.strangers += 1;
      this.#note('stranger', file, line, content);
      return;
    }
    await this.#write(joined, row, { file: ordinal, from: line.byte, to: line.byte + line.length });
    for (const writer of this.#writers()) if (writer.isFull) await writer.drain();
  }

  #readInFull(content: Buffer): OutputRow | 'blank' | undefined {
    const row = readOutputRow(content, this.#parts.index.outputKeyField);
    return row === undefined && content.toString('utf8').trim() === '' ? 'blank' : row;
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

  async #write(joined: Exclude<JoinedRow, { kind: 'stranger' }>, output: OutputRow, echo: OutputPlace): Promise<void> {
    const { row } = joined;
    const { outcome, fitted } = await this.#fitted(row, output);
    const place =
      outcome.kind === 'answered'
        ? this.#results.add(...linesOf(await this.#resultRow(row, outcome, fitted, output), output.rawText))
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

  async #fitted(
    row: number,
    { outcome, rawText }: OutputRow,
  ): Promise<{ readonly outcome: RowOutcome; readonly fitted?: unknown }> {
    const { schema, index } = this.#parts;
    if (schema === null || outcome.kind !== 'answered') return { outcome };
    const text = rawText === undefined ? outcome.text : (JSON.parse(rawText.toString('utf8')) as string);
    const result = fitOutput(schema.name, schema.schema, index.keyOf(row), text);
    const fit = result instanceof Promise ? await result : result;
    if (fit.kind === 'fits') return { outcome, fitted: fit.output };
    return { outcome: outputMismatch({ ...outcome, text }, fit.why) satisfies FailedRow };
  }

  async #resultRow(
    row: number,
    { text, finishReason, modelVersion, usage, wholeResponse }: AnsweredRow,
    fitted: unknown,
    output: OutputRow,
  ): Promise<ResultRow> {
    const { index } = this.#parts;
    return {
      key: index.keyOf(row),
      outcome: 'answered',
      source: index.sourceOf(row),
      metadata: index.metadataOf(row) ?? (await this.#parts.metadata(row)),
      text,
      ...(fitted === undefined ? {} : { output: fitted }),
      finishReason,
      modelVersion,
      usage,
      ...(wholeResponse ? { response: output.response() } : {}),
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

  #note(kind: OutputProblem['kind'], { uri }: SourceFile, { byte }: Pick<Line, 'byte'>, content?: Buffer): void {
    if (this.#problems.length >= KEPT_PROBLEMS) return;
    this.#problems.push({ kind, uri, byte, text: content?.toString('utf8').slice(0, KEPT_TEXT) ?? '' });
  }

  #writers(): readonly LineWriter[] {
    return [this.#results, this.#errors, this.#entries];
  }
}

function linesOf(row: ResultRow, rawText: Buffer | undefined): readonly (string | Buffer)[] {
  return rawText === undefined ? [JSON.stringify(row)] : resultLine(row, rawText);
}
