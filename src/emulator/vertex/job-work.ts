import type { EmulatorClock } from '../clock';
import type { Scenario } from '../scenario';
import { SeededRandom } from '../seeded-random';
import type { Answer, AnswerContext, AnswerRow, AnswerValue } from './answer';
import { modelAnswer, ruledAnswer } from './generate-content';
import type { RowAnswer } from './generate-content';
import { isDone } from './input-index';
import type { ImportedInput, InputBlock, JobInput } from './job-input';
import type { JobOutput } from './job-output';
import { isObject } from './known-fields';
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
  readonly clock: EmulatorClock;
  readonly answer: Answer | undefined;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly input: JobInput;
  readonly output: JobOutput;
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
  #input: ImportedInput | undefined;
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
    const { input, output } = this.#options;
    input.locate();
    output.locate();
    const imported = await input.import();
    output.open(imported);
    this.#rows = this.#shuffledRows(imported.blocks);
    this.#input = imported;
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
    const { output } = this.#options;
    if (rows === undefined) return;
    while (this.#taken < target && !this.#stopped) {
      const next = await rows.next();
      if (next.done === true) return;
      this.#taken += 1;
      const answered = this.#answer(next.value);
      const line = typeof answered === 'object' ? await answered : answered;
      if (line !== undefined) output.add(line);
      if (output.isFull) await output.flush();
    }
  }

  async #commit(interrupted: boolean): Promise<readonly string[]> {
    await this.#rows?.return(undefined);
    return this.#options.output.commit(interrupted);
  }

  async *#shuffledRows(blocks: readonly InputBlock[]): AsyncGenerator<Row> {
    const shuffle = this.#options.scenario.output?.shuffle ?? true;
    for (const block of shuffle ? this.#random.shuffled(blocks) : blocks) {
      const rows: Row[] = [];
      for await (const line of block.read()) rows.push({ line, index: block.firstRow + rows.length });
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
    const failed = 'status' in answer;
    if (failed) this.#failed += 1;
    else {
      this.#successful += 1;
      this.#billed += 1;
    }
    const echo = this.#input?.echo(row);
    return JSON.stringify({
      status: failed ? answer.status : '',
      processed_time: processedTime(this.#options.clock.now()),
      request: echo?.request,
      response: failed ? {} : answer.response,
      ...echo?.extra,
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
