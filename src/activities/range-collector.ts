import type { Handler } from '../define-handler';
import type { AnsweredRow, FailedRow, RowOutcome } from '../domain/row-outcome';
import { addUsage, NO_USAGE, TOKEN_KINDS, type TokenUsage, usageIn } from '../domain/usage';
import type { ObjectStore } from '../gateways/object-store';
import { CollectedRowsWriter, type OutputPlace } from '../rows/collected-rows';
import { LineWriter } from '../rows/line-writer';
import type { Metadata } from '../rows/metadata';
import type { PartIndex } from '../rows/part-index';
import type { CollectRecord, OutputProblem } from '../rows/records';
import type { RequestHashes } from '../rows/request-hashes';
import { type ErrorRow, resultLine } from '../rows/result-row';
import { ResultWriter } from '../rows/result-writer';
import type { PlainAnswer } from '../rows/skim/plain-answer';
import { type OutputRow, OutputSkimmer } from '../rows/skim/output-row';
import type { Scanner } from '../rows/skim/scanner';
import type { SkimmedLine } from '../rows/skim/skimmed-lines';
import type { SourceFile } from '../rows/sources';
import { fitOutput, outputMismatch } from './fit-output';
import { joinOutput, type JoinedRow } from './join-output';

/** An output file, and its place among the others. */
export interface CollectedFile {
  readonly file: SourceFile;
  readonly ordinal: number;
  /** The job succeeded: the file is whole. */
  readonly endedWell: boolean;
}

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
  readonly store: ObjectStore;
  /** Of an object to write; what two attempts write has two names. */
  readonly nameOf: (what: 'results' | 'errors' | 'entries') => string;
}

/** Takes the lines of one range and keeps their sums. */
export class RangeCollector {
  readonly #parts: CollectorParts;
  readonly #skimmer: OutputSkimmer;
  readonly #results: ResultWriter;
  readonly #errors: LineWriter;
  readonly #entries: CollectedRowsWriter;
  readonly #counts = { lines: 0, rows: 0, answered: 0, blocked: 0, failed: 0, strangers: 0, unreadable: 0, torn: 0 };
  readonly #problems: OutputProblem[] = [];
  #usage: TokenUsage = NO_USAGE;
  /** Of plain answers, beside `#usage`. */
  readonly #tokens = new Float64Array(TOKEN_KINDS.length);
  /** Read when a row can't be found without them. */
  #hashes: RequestHashes | undefined;

  constructor(parts: CollectorParts) {
    const { store, nameOf } = parts;
    this.#parts = parts;
    this.#skimmer = new OutputSkimmer(parts.scanner, parts.index.outputKeyField);
    this.#results = new ResultWriter(store, nameOf('results'), parts.index);
    this.#errors = new LineWriter(store, nameOf('errors'));
    this.#entries = new CollectedRowsWriter(store, nameOf('entries'));
  }

  /** Takes the next line; a promise where something has to be waited for before the line after it. */
  add(line: SkimmedLine, place: CollectedFile): Promise<void> | undefined {
    if (this.#addPlain(line)) return this.#whenFull();
    const row = this.#skimmer.readAny(line);
    if (row === undefined && isBlankLine(line)) return undefined;
    this.#counts.lines += 1;
    if (row === undefined) {
      const isUnfinished = !place.endedWell && line.byte + line.length >= place.file.size;
      this.#counts[isUnfinished ? 'torn' : 'unreadable'] += 1;
      this.#note(isUnfinished ? 'torn' : 'unreadable', line, place);
      return undefined;
    }
    this.#counts.rows += 1;
    const joined = joinOutput(this.#parts.index, this.#hashes, row);
    return joined === undefined ? this.#takeByHash(row, line, place) : this.#take(joined, row, line, place);
  }

  /** Most rows; the others are looked at by all that follows. */
  #addPlain(line: SkimmedLine): boolean {
    const answer = this.#parts.schema === null ? this.#skimmer.readPlain(line) : undefined;
    const row = answer && this.#rowOf(answer, line);
    if (answer === undefined || row === undefined) return false;
    const offset = this.#results.bytes;
    if (!this.#results.addPlain(row, answer)) return false;
    this.#entries.addPlain(row, answer, { offset, length: this.#results.bytes - 1 - offset });
    this.#counts.lines += 1;
    this.#counts.rows += 1;
    this.#counts.answered += 1;
    for (let column = 0; column < this.#tokens.length; column += 1) this.#tokens[column]! += answer.tokens[column]!;
    return true;
  }

  /** The one row that the answer can be of. */
  #rowOf({ memory, keyFrom, keyTo }: PlainAnswer, line: SkimmedLine): number | undefined {
    if (keyFrom < keyTo) return this.#parts.index.rowOfAsciiKey(memory, keyFrom, keyTo);
    const hash = this.#hashes && this.#skimmer.requestHash(line);
    const rows = hash === undefined ? undefined : this.#hashes?.rowsOf(hash);
    return rows?.length === 1 ? rows[0] : undefined;
  }

  async close(): Promise<CollectRecord> {
    const [results, errors, entries] = await Promise.all(this.#writers().map((writer) => writer.close()));
    return {
      ...this.#counts,
      usage: addUsage(this.#usage, usageIn(this.#tokens)),
      results: results ?? null,
      errors: errors ?? null,
      entries: entries ?? null,
      words: this.#entries.words,
      problems: this.#problems,
    };
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#writers().map((writer) => writer.abandon()));
  }

  async #takeByHash(output: OutputRow, line: SkimmedLine, place: CollectedFile): Promise<void> {
    this.#hashes = await this.#parts.hashes();
    const joined = joinOutput(this.#parts.index, this.#hashes, output) ?? { kind: 'stranger' };
    await this.#take(joined, output, line, place);
  }

  #take(joined: JoinedRow, output: OutputRow, line: SkimmedLine, place: CollectedFile): Promise<void> | undefined {
    if (joined.kind === 'stranger') {
      this.#counts.strangers += 1;
      this.#note('stranger', line, place);
      return undefined;
    }
    const echo = { file: place.ordinal, from: line.byte, to: line.byte + line.length };
    if (output.outcome.kind !== 'answered') return this.#write(joined, output, { outcome: output.outcome, echo });
    const metadata = this.#parts.index.metadataOf(joined.row);
    if (this.#parts.schema !== null || metadata === undefined)
      return this.#fitAndWrite(joined, output, { echo, metadata });
    return this.#write(joined, output, { outcome: output.outcome, echo, metadata });
  }

  async #fitAndWrite(
    joined: FoundRow,
    output: OutputRow,
    { echo, metadata }: { readonly echo: OutputPlace; readonly metadata: Metadata | undefined },
  ): Promise<void> {
    const { row } = joined;
    const fitted = await this.#fitted(row, output);
    if (fitted.outcome.kind !== 'answered') return await this.#write(joined, output, { ...fitted, echo });
    const whole = metadata ?? (await this.#parts.metadata(row));
    await this.#write(joined, output, { ...fitted, echo, metadata: whole });
  }

  #write(joined: FoundRow, output: OutputRow, { outcome, echo, ...rest }: Collected): Promise<void> | undefined {
    const { row } = joined;
    const place =
      outcome.kind === 'answered'
        ? this.#results.add(...this.#resultLine(row, outcome, rest, output))
        : this.#errors.add(JSON.stringify(this.#errorRow(row, outcome)));
    this.#counts[outcome.kind] += 1;
    this.#usage = addUsage(this.#usage, outcome.usage);
    this.#entries.add({
      row,
      kind: outcome.kind,
      code: outcome.kind === 'failed' ? outcome.code : null,
      status: outcome.kind === 'answered' ? (outcome.finishReason ?? '') : outcome.status,
      retryable: outcome.kind === 'failed' && outcome.retryable,
      usage: outcome.usage,
      requestHash: joined.kind === 'ambiguous' ? joined.requestHash : null,
      echo: outcome.kind === 'failed' ? echo : null,
      modelVersion: outcome.modelVersion,
      promptAudioTokens: outcome.promptAudioTokens ?? 0,
      offset: place.offset,
      length: place.length,
    });
    return this.#whenFull();
  }

  #whenFull(): Promise<void> | undefined {
    return this.#results.isFull || this.#errors.isFull || this.#entries.isFull ? this.#drain() : undefined;
  }

  async #drain(): Promise<void> {
    for (const writer of this.#writers()) if (writer.isFull) await writer.drain();
  }

  async #fitted(row: number, { outcome, rawText }: OutputRow): Promise<Pick<Collected, 'outcome' | 'fitted'>> {
    const { schema, index } = this.#parts;
    if (schema === null || outcome.kind !== 'answered') return { outcome };
    const text = rawText === undefined ? outcome.text : (JSON.parse(rawText.toString('utf8')) as string);
    const fit = await fitOutput(schema.name, schema.schema, index.keyOf(row), text);
    if (fit.kind === 'fits') return { outcome, fitted: fit.output };
    return { outcome: outputMismatch({ ...outcome, text }, fit.why) satisfies FailedRow };
  }

  #resultLine(
    row: number,
    { text, finishReason, modelVersion, usage, wholeResponse }: AnsweredRow,
    { fitted, metadata = {} }: Pick<Collected, 'fitted' | 'metadata'>,
    output: OutputRow,
  ): readonly (string | Buffer)[] {
    const { index } = this.#parts;
    const result = {
      key: index.keyOf(row),
      outcome: 'answered',
      source: index.sourceOf(row),
      metadata,
      text,
      output: fitted,
      finishReason,
      modelVersion,
      usage,
      response: wholeResponse ? output.response() : undefined,
    } as const;
    return output.rawText === undefined ? [JSON.stringify(result)] : resultLine(result, output.rawText);
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

  #note(kind: OutputProblem['kind'], line: SkimmedLine, { file: { uri } }: CollectedFile): void {
    if (this.#problems.length >= KEPT_PROBLEMS) return;
    const text = line.content()?.toString('utf8').slice(0, KEPT_TEXT) ?? '';
    this.#problems.push({ kind, uri, byte: line.byte, text });
  }

  #writers(): readonly (LineWriter | CollectedRowsWriter)[] {
    return [this.#results, this.#errors, this.#entries];
  }
}

function isBlankLine(line: SkimmedLine): boolean {
  return line.content()?.toString('utf8').trim() === '';
}

type FoundRow = Exclude<JoinedRow, { kind: 'stranger' }>;

/** What there is to write of a row. */
interface Collected {
  readonly outcome: RowOutcome;
  /** The answer as the handler's schema has it. */
  readonly fitted?: unknown;
  readonly metadata?: Metadata;
  readonly echo: OutputPlace;
}
