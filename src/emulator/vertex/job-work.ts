import type { EmulatorClock } from '../clock';
import type { Scenario } from '../scenario';
import { hashOf, SeededRandom } from '../seeded-random';
import type { BlobStore } from '../storage/blob-store';
import type { Answer, AnswerContext, AnswerRow, AnswerValue } from './answer';
import { echoOf, extraKeysOf } from './echo';
import { modelAnswer, ruledAnswer } from './generate-content';
import type { RowAnswer } from './generate-content';
import { importInput, isDone } from './input-index';
import type { Block, InputIndex } from './input-index';
import { JobFailure } from './job-failure';
import { isBlank, rowText } from './input-row';
import { readLines } from '../json-lines';
import { isObject } from './known-fields';
import { locate } from './object-uri';
import { OutputFiles, outputFileNames } from './output-files';
import { createRowCheck } from './request/row-check';
import type { RowCheck } from './request/row-check';
import { outcomeFor } from './row-rules';
import { badRequest } from './row-status';

/** Rows of one job so far. */
export interface RowCounts {
  readonly input: number;
  readonly successful: number;
  readonly failed: number;
  /** Rows that a model ran in this job and that are paid for. */
  readonly billed: number;
}

export interface WorkOptions {
  readonly store: BlobStore;
  readonly clock: EmulatorClock;
  readonly answer: Answer | undefined;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly inputUris: readonly string[];
  readonly outputDirectory: string;
  readonly context: Omit<AnswerContext, 'index'>;
}

interface Row {
  readonly line: string;
  readonly index: number;
}

/** What a job does to its rows: import, answer, write. Rows are taken in a shuffled order, a few hundred in memory at a time. */
export class JobWork {
  readonly #options: WorkOptions;
  readonly #random: SeededRandom;
  readonly #check: RowCheck;
  #input: InputIndex | undefined;
  #files: OutputFiles | undefined;
  #rows: AsyncGenerator<Row> | undefined;
  #taken = 0;
  #successful = 0;
  #failed = 0;
  #billed = 0;
  #stopped = false;
  #closing: Promise<readonly string[]> | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#check = createRowCheck(options.scenario.requests ?? {});
  }

  get counts(): RowCounts {
    return { input: this.#input?.rows ?? 0, successful: this.#successful, failed: this.#failed, billed: this.#billed };
  }

  get isImported(): boolean {
    return this.#input !== undefined;
  }

  /** @throws {JobFailure} when the whole job fails before a row is run */
  async import(): Promise<void> {
    const { store, scenario, inputUris, outputDirectory } = this.#options;
    for (const uri of inputUris) locate(store, uri);
    locate(store, outputDirectory);
    const input = await importInput(store, inputUris, scenario.input ?? {});
    this.#files = new OutputFiles(store, input.rows, scenario.output?.files ?? 1);
    this.#rows = this.#shuffledRows(input.blocks);
    this.#input = input;
  }

  /** Runs rows until that share of all is done, or until `stop`. */
  runUntil(share: number): Promise<void> {
    this.#turn = this.#turn.then(() => this.#run(Math.floor(share * (this.#input?.rows ?? 0) + 1e-9)));
    return this.#turn;
  }

  /** Leaves the remaining rows undone. */
  stop(): void {
    this.#stopped = true;
  }

  /** Writes what is done, and gives the URIs of the files. @throws {JobFailure} when the output cannot be written */
  close(interrupted: boolean): Promise<readonly string[]> {
    this.#closing ??= this.#turn.then(() => this.#commit(interrupted));
    return this.#closing;
  }

  async #run(target: number): Promise<void> {
    const rows = this.#rows;
    const files = this.#files;
    if (rows === undefined || files === undefined) return;
    while (this.#taken < target && !this.#stopped) {
      const next = await rows.next();
      if (next.done === true) return;
      this.#taken += 1;
      const answered = this.#answer(next.value);
      const line = typeof answered === 'object' ? await answered : answered;
      if (line !== undefined) files.add(line);
      if (files.isFull) await files.flush();
    }
  }

  async #commit(interrupted: boolean): Promise<readonly string[]> {
    if (this.#files === undefined) return [];
    await this.#rows?.return(undefined);
    const output = this.#options.scenario.output ?? {};
    const names = outputFileNames(output, interrupted);
    const { bucket, name } = locate(this.#options.store, this.#options.outputDirectory);
    if (output.denied === true) {
      await this.#files.abort();
      throw writeDenied(`${this.#options.outputDirectory}/${names[0]}`);
    }
    const blobs = await this.#files.commit(bucket, name, names, !interrupted);
    return blobs.map((blob) => `gs://${blob.bucket}/${blob.name}`);
  }

  async *#shuffledRows(blocks: readonly Block[]): AsyncGenerator<Row> {
    const shuffle = this.#options.scenario.output?.shuffle ?? true;
    for (const block of shuffle ? this.#random.shuffled(blocks) : blocks) {
      const rows: Row[] = [];
      for await (const { bytes } of readLines(this.#options.store.read(block.blob, block))) {
        if (!isBlank(bytes)) rows.push({ line: rowText(bytes), index: block.firstRow + rows.length });
      }
      yield* shuffle ? this.#random.shuffled(rows) : rows;
    }
  }

  /** The row's line in the output; a promise only where the answer is one; `undefined` for a row that the service loses. */
  #answer({ line, index }: Row): string | undefined | Promise<string> {
    const row = JSON.parse(line) as Record<string, unknown>;
    if (isDone(row)) return this.#kept(line);
    const request = row['request'];
    if (!isObject(request)) return this.#written(row, { status: badRequest('Request must be a JSON object.') });
    const refusal = this.#check(request);
    if (refusal !== undefined) return this.#written(row, { status: badRequest(refusal) });
    const { scenario, context } = this.#options;
    const outcome = outcomeFor(line, scenario.rows ?? [], context.jobIndex);
    if (outcome === 'lost') return undefined;
    const ruled = ruledAnswer(outcome, request, context.model);
    if (ruled !== undefined) return this.#written(row, ruled);
    const value = this.#options.answer?.(row as AnswerRow, { ...context, index });
    const settle = (settled: AnswerValue) => this.#written(row, modelAnswer(settled, request, context.model));
    return isPromise(value) ? value.then(settle) : settle(value);
  }

  #kept(line: string): string {
    this.#successful += 1;
    return line;
  }

  #written(row: Record<string, unknown>, answer: RowAnswer): string {
    const { scenario, clock } = this.#options;
    const columns = this.#input?.columns;
    const echo = scenario.echo ?? {};
    const failed = 'status' in answer;
    if (failed) this.#failed += 1;
    else {
      this.#successful += 1;
      this.#billed += 1;
    }
    return JSON.stringify({
      status: failed ? answer.status : '',
      processed_time: processedTime(clock.now()),
      request: echoOf(row['request'] ?? null, columns?.child('request'), echo),
      response: failed ? {} : answer.response,
      ...(columns !== undefined && extraKeysOf(row, columns, echo)),
    });
  }
}

function isPromise(value: AnswerValue | Promise<AnswerValue>): value is Promise<AnswerValue> {
  return typeof value === 'object' && 'then' in value && typeof value.then === 'function';
}

/** Milliseconds and a numeric offset, as in the service's samples. */
function processedTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}

function writeDenied(uri: string): JobFailure {
  const agent = `service-${100_000_000_000 + (hashOf('agent') % 1_000_000)}@gcp-sa-aiplatform.iam.gserviceaccount.com`;
  return new JobFailure(
    7,
    `Service account ${agent} doesn't have sufficient permission "storage.objects.create" to write ${uri}.`,
  );
}
