import { handlerVersion, type Handlers } from '../define-handler';
import type { RunReference } from '../domain/accepted-request';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, type DataObject, readJson } from '../rows/commits';
import { readObjectLines } from '../rows/object-lines';
import type { SettledRecord } from '../rows/records';
import { processedDirectory } from '../rows/work-paths';
import type { FileRange } from '../rows/sources';
import type { Attempt, RowGateways } from './attempt';
import { HandlerCaller } from './call-handler';
import type { ProcessedRange, ProcessRangeInput } from './contract';
import { handleRows, type HandledRows } from './handle-rows';
import { handlerOf } from './handler-of';
import { ProgressTaken, RangeProgress } from './range-progress';

export interface HandlerAttempt extends Attempt {
  readonly workflowId: string;
  /** Failures of earlier attempts are over: the next one begins a new count. */
  progressed(): void;
}

export interface ProcessOptions {
  /** Time between two checkpoints. @default 5000 */
  readonly checkpointMs?: number;
  /** Bytes that may be handed out before the first checkpoint. @default 4 MiB */
  readonly firstWindowBytes?: number;
  /** Pause before a failed batch is tried again under `isolate`. @default 500 */
  readonly isolatePauseMs?: number;
}

/** What of a settled part is processed. */
export type ResultRanges = Pick<SettledRecord, 'part' | 'results' | 'ranges'>;

const MIN_WINDOW_BYTES = 1024 * 1024;
const MAX_WINDOW_BYTES = 64 * 1024 * 1024;
/** How often a handler that takes its time is said to be alive. */
const BEAT_MS = 1_000;

/**
 * Runs a handler over one range of settled results and commits as it goes; goes on behind what earlier attempts, and
 * earlier executions, have committed. A call that was shown as stuck comes back with its first checkpoint.
 * @throws {HandlerError} when the handler threw; what was handled before is committed
 */
export async function processRange(
  { store, handlers }: RowGateways & { readonly handlers: Handlers },
  input: ProcessRangeInput,
  attempt: HandlerAttempt,
  options: ProcessOptions = {},
): Promise<ProcessedRange> {
  const { name } = input.handler;
  const handler = handlerOf(handlers, name);
  const settled = await readJson<ResultRanges>(store, input.settledUri, { signal: attempt.signal });
  const range = settled.ranges[input.range];
  const file = range && settled.results[range.file];
  if (!range || !file) throw new RangeError(`${input.settledUri} has no range ${input.range} of results`);

  const { workflowId, signal, log } = attempt;
  const caller = new HandlerCaller({ name, handler, context: { workflowId, signal, log }, ...pauseOf(options) });
  const directory = progressDirectory(input.run, name, file, range);
  let mayAllRepeat = await noteBeginning(store, input, settled.part);
  let hasProgressed = false;
  const isEnough = () => (input.stuck === true || input.soon === true) && hasProgressed;
  const beat = setInterval(() => attempt.heartbeat(), BEAT_MS);
  try {
    for (;;) {
      const { firstWindowBytes = 4 * MIN_WINDOW_BYTES } = options;
      const progress = await RangeProgress.open(store, directory, range.from, range.from + firstWindowBytes);
      const pace = new Pace(progress, options.checkpointMs ?? 5_000);
      try {
        if (progress.position < range.to) {
          const lines = readObjectLines(store, file, { from: progress.position, to: range.to, signal });
          await handleRows(lines, {
            name,
            handler,
            caller,
            signal,
            handedBelow: () => progress.handedBelow,
            isCheckpointDue: () => pace.isDue,
            isEnough,
            uri: file.uri,
            rejectsMisfits: input.passOf !== undefined || handlerVersion(handler) !== input.handler.version,
            mayRepeat: (byte) => mayAllRepeat || byte < progress.repeatBelow,
            checkpoint: async (handled) => {
              await pace.commit(handled);
              if (handled.rows === 0) return;
              hasProgressed = true;
              attempt.progressed();
            },
          });
          if (isEnough() && progress.position < range.to) return { ...progress.tallies, more: true };
          await finishRange(progress, range);
        }
        return progress.tallies;
      } catch (error) {
        if (!(error instanceof ProgressTaken)) throw error;
        log.warn(`Another attempt processes the same rows: ${error.message}`);
        mayAllRepeat = true;
      }
    }
  } finally {
    clearInterval(beat);
  }
}

/** Where the progress on a range lies: found again under the same bytes of results, whatever execution wrote them. */
export function progressDirectory(
  run: RunReference,
  handler: string,
  file: DataObject,
  { from, to }: FileRange,
): string {
  const crc32c = Buffer.from(file.crc32c, 'base64').toString('hex');
  return `${processedDirectory(run, handler)}${crc32c}-${file.bytes}/${from}-${to}/`;
}

/** A range in which no row begins is finished by a record of its own. */
async function finishRange(progress: RangeProgress, { to }: FileRange): Promise<void> {
  if (progress.position < to) await progress.commit({ to, rows: 0, rejected: [] }, to);
}

/**
 * Leaves a mark before a part's rows are handed out for the first time, and tells whether other results of the part were
 * handed out before: then any row may be a repeat, under whatever file it stands now. A pass over all parts is marked once.
 */
async function noteBeginning(store: ObjectStore, input: ProcessRangeInput, part: number): Promise<boolean> {
  const { run, handler, settledUri, passOf } = input;
  const marks = `${processedDirectory({ directory: passOf ?? run.directory }, handler.name)}begun/`;
  const own =
    passOf === undefined
      ? `${marks}p${part}/${run.execution}-${settledUri.slice(settledUri.lastIndexOf('/') + 1)}`
      : `${marks}pass/${run.directory.slice(passOf.length).split('/').at(1)}`;
  await commitOnce(store, own, { settledUri });
  const concerns = (uri: string) =>
    passOf !== undefined || uri.startsWith(`${marks}p${part}/`) || uri.startsWith(`${marks}pass/`);
  for await (const { uri } of store.list(marks)) if (uri !== own && concerns(uri)) return true;
  return false;
}

function pauseOf({ isolatePauseMs }: ProcessOptions) {
  return isolatePauseMs === undefined ? {} : { isolatePauseMs };
}

/** Says when a checkpoint is due, and gives each window about as many bytes as two intervals take. */
class Pace {
  readonly #progress: RangeProgress;
  readonly #checkpointMs: number;
  #since = performance.now();

  constructor(progress: RangeProgress, checkpointMs: number) {
    this.#progress = progress;
    this.#checkpointMs = checkpointMs;
  }

  get isDue(): boolean {
    return performance.now() - this.#since >= this.#checkpointMs;
  }

  async commit(handled: HandledRows): Promise<void> {
    const bytes = handled.to - this.#progress.position;
    const elapsedMs = Math.max(1, performance.now() - this.#since);
    const nextBytes = Math.ceil((2 * this.#checkpointMs * bytes) / elapsedMs);
    const windowBytes = Math.min(MAX_WINDOW_BYTES, Math.max(MIN_WINDOW_BYTES, nextBytes));
    await this.#progress.commit(handled, handled.to + windowBytes);
    this.#since = performance.now();
  }
}
