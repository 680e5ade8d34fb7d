import { setTimeout as delay } from 'node:timers/promises';
import { VertexBatchError, type VertexBatchRun } from '../../src/client';
import { messageOf } from '../../src/domain/handler-error';
import type { Call } from '../../src/emulator/scenario';
import { waitFor } from '../support/wait-for';
import type { ChaosWorld } from './chaos-world';
import { evidenceOf, type Ending } from './evidence';
import { answerWhileOpen, type Answers } from './operator';
import { requestOf, type RunKind } from './run-kinds';
import { CancelledRuns } from './cancelled-runs';
import type { Incident, PlannedRun, StormPlan } from './storm-plan';
import { runFindings, type RunEvidence } from './verdict';
import { cancelFindings } from './verdict-on-cancel';

/** What each kind of run came to on a calm day. */
export type CalmRuns = ReadonlyMap<RunKind, RunEvidence>;

/** What happened in a storm, and what was found afterwards. */
export interface StormReport {
  readonly plan: StormPlan;
  /** One sentence a thing that is wrong, by the run's workflow id; '' for what is wrong with the processes. */
  readonly findings: readonly { readonly workflowId: string; readonly finding: string }[];
  readonly evidence: readonly RunEvidence[];
  /** Incidents that came about: the others' moments never came. */
  readonly happened: readonly Incident[];
  /** Calls that the emulator answered with a fault. */
  readonly faults: number;
  readonly answers: Readonly<Answers>;
  /** Runs that were started again after a refusal. */
  readonly startedAgain: number;
  /** A line an event, with the milliseconds since the storm began. */
  readonly timeline: readonly string[];
  readonly seconds: number;
}

/** However loaded the machine is. */
const LONGEST_RUN_MS = 180_000;

/** Lets the planned runs live on the world's processes while the plan's incidents come over them. */
export async function weather(world: ChaosWorld, plan: StormPlan, calm: CalmRuns | undefined): Promise<StormReport> {
  const storm = new Storm(world, plan);
  await world.google.beginAnew(plan.scenario, plan.seed, (call, count) => storm.onCall(call, count));
  const endings = await Promise.all(plan.runs.map((run) => storm.live(run)));
  await world.whole();
  await storm.cancelled.settled();
  const evidence = await settledEvidence(world, plan.runs, endings);
  const found = (workflowId: string) => (finding: string) => ({ workflowId, finding });
  return {
    ...storm.report(),
    evidence,
    findings: [
      ...evidence.flatMap((run) => {
        const expected = calm?.get(run.kind) ?? run;
        const cancel = storm.cancelled.of(run.workflowId);
        const findings = cancel === undefined ? runFindings(run, expected) : cancelFindings(run, expected, cancel);
        return findings.map(found(run.workflowId));
      }),
      ...world.workers.findings().map(found('')),
    ],
  };
}

/** What a run left behind; a server that has just come back may need a moment. */
function settledEvidence(
  world: ChaosWorld,
  runs: readonly PlannedRun[],
  endings: readonly Ending[],
): Promise<RunEvidence[]> {
  const gather = () => Promise.all(runs.map((run, index) => evidenceOf(world, run, endings[index] as Ending)));
  return waitFor(gather, { what: 'a server that tells what became of the runs', timeoutMs: 60_000 });
}

class Storm {
  readonly cancelled: CancelledRuns;
  readonly #world: ChaosWorld;
  readonly #plan: StormPlan;
  readonly #beganAt = performance.now();
  readonly #happened: Incident[] = [];
  readonly #timeline: string[] = [];
  readonly #answers: Answers = { adopted: 0, resubmitted: 0 };
  #startedAgain = 0;

  constructor(world: ChaosWorld, plan: StormPlan) {
    this.#world = world;
    this.#plan = plan;
    this.cancelled = new CancelledRuns(world.client);
  }

  onCall(call: Call, count: number): void {
    for (const incident of this.#plan.incidents) {
      if (incident.after.call === call && incident.after.count === count) this.#befall(incident);
    }
  }

  /** Starts a run and waits for its end, as a caller does who tries again whatever fails him on the way. */
  async live(planned: PlannedRun): Promise<Ending> {
    const deadline = performance.now() + LONGEST_RUN_MS;
    const isLate = () => performance.now() > deadline;
    for (;;) {
      const ending = await this.#lived(planned, isLate);
      this.#note(`${planned.workflowId} ended: ${'result' in ending ? ending.result.outcome : ending.error}`);
      if (!isRefused(ending) || isLate()) return ending;
      this.#startedAgain += 1;
    }
  }

  async #lived(planned: PlannedRun, isLate: () => boolean): Promise<Ending> {
    let isOver = false;
    try {
      const starters = Array.from({ length: planned.startedTwice ? 2 : 1 }, () => this.#started(planned, isLate));
      const [run] = (await Promise.all(starters)) as [VertexBatchRun];
      const answering = answerWhileOpen(this.#world, run, this.#answers, () => isOver || isLate());
      const ending = await endingOf(run, isLate);
      isOver = true;
      await answering;
      return ending;
    } catch (error) {
      return { error: messageOf(error) };
    }
  }

  report(): Omit<StormReport, 'findings' | 'evidence'> {
    const { faults = [] } = this.#plan.scenario;
    const isMet = ({ call, skip = 0 }: (typeof faults)[number]) => this.#world.google.countOf(call as Call) > skip;
    return {
      plan: this.#plan,
      happened: this.#happened,
      faults: faults.filter(isMet).length,
      answers: this.#answers,
      startedAgain: this.#startedAgain,
      timeline: this.#timeline,
      seconds: (performance.now() - this.#beganAt) / 1_000,
    };
  }

  async #started({ workflowId, kind }: PlannedRun, isLate: () => boolean): Promise<VertexBatchRun> {
    const request = {
      workflowId,
      project: 'chaos',
      location: 'us-central1',
      model: 'gemini-2.5-flash',
      ...requestOf(kind, workflowId),
      handler: 'note',
      listingLag: 300,
    };
    return await untilAnswered(() => this.#world.batches.start(request), isLate);
  }

  #befall(incident: Incident): void {
    const { workers, proxies } = this.#world;
    switch (incident.kind) {
      case 'kill-worker':
        if (!workers.kill(incident.worker, incident.restartAfterMs)) return;
        break;
      case 'kill-server':
        this.#world.killServer();
        break;
      case 'cancel':
        this.cancelled.cancel(incident);
        break;
      case 'cut':
        proxies[incident.service].cut(incident.ms);
        break;
      default:
        proxies[incident.service].stall(incident.ms);
    }
    this.#happened.push(incident);
    this.#note(JSON.stringify(incident));
  }

  #note(line: string): void {
    this.#timeline.push(`${Math.round(performance.now() - this.#beganAt)} ms: ${line}`);
  }
}

/** A create met a right that was withdrawn: when it is given back, one starts the id again. */
function isRefused(ending: Ending): boolean {
  return 'error' in ending && ending.error.startsWith('PermissionDenied');
}

async function endingOf(run: VertexBatchRun, isLate: () => boolean): Promise<Ending> {
  try {
    return { result: await untilAnswered(() => run.result(), isLate) };
  } catch (error) {
    if (error instanceof VertexBatchError) return { error: `${error.type}: ${error.message}` };
    return { error: messageOf(error) };
  }
}

const BETWEEN_TRIES_MS = 200;
const ONE_TRY_MS = 15_000;

/** Asks again after everything but an answer of ours: what the network did to a call says nothing of the run. */
async function untilAnswered<Value>(ask: () => Promise<Value>, isLate: () => boolean): Promise<Value> {
  for (;;) {
    try {
      return await Promise.race([ask(), tired()]);
    } catch (error) {
      if (error instanceof VertexBatchError) throw error;
      if (isLate()) throw new Error(`no end in ${LONGEST_RUN_MS / 1_000} s: ${messageOf(error)}`, { cause: error });
    }
    await delay(BETWEEN_TRIES_MS);
  }
}

async function tired(): Promise<never> {
  await delay(ONE_TRY_MS, undefined, { ref: false });
  throw new Error(`no answer in ${ONE_TRY_MS / 1_000} s`);
}
