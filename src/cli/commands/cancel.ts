import type { Command } from 'commander';
import type { RunStatus, VertexBatchRun } from '../../client';
import { isTerminal, shortState } from '../../domain/job-state';
import { isGatewayError } from '../../gateways/gateway-error';
import type { JobProgress } from '../../messages';
import {
  action,
  connectionWords,
  shellWord,
  withCommonOptions,
  type CommonFlags,
  type Host,
  type Invocation,
} from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { listenForInterrupts } from '../interrupts';
import { vertexJobs } from '../google';
import type { TemporalSession } from '../temporal-session';
import { durationText } from '../text/quantities';
import { jobId } from '../text/status-text';

interface CancelFlags extends CommonFlags {
  readonly reason?: string;
  readonly salvage: boolean;
}

interface EndedJob {
  readonly name: string;
  readonly state: string;
}

export function addCancel(program: Command, host: Host): void {
  const command = program
    .command('cancel')
    .summary('cancel a run and its jobs')
    .description(
      'Cancels a run and waits until the service has ended its job. Works with no worker alive: then it sends the service’s cancel itself.',
    )
    .argument('<id>', 'workflow id of the run')
    .option('--reason <text>', 'why; kept in the result')
    .option('--no-salvage', "don't collect the rows that are finished and billed");
  withCommonOptions(command, 'vertex-batch cancel summaries/2026-11-22 --reason "prompt v2 is coming"').action(
    action<CancelFlags, [id: string]>(host, cancel),
  );
}

async function cancel(invocation: Invocation<CancelFlags>, id: string): Promise<ExitCode> {
  const { output, flags } = invocation;
  const session = await invocation.connect();
  const run = session.batches.run(id);
  const before = await run.status();
  if (before.execution !== 'RUNNING') {
    const end = before.closed?.outcome ?? before.execution.toLowerCase();
    output.json({ workflowId: id, cancelled: false, closed: end, jobs: [] });
    output.print(`${id} had closed already: ${end}. There is nothing to cancel.`);
    return EXIT.done;
  }
  await run.cancel({
    salvage: flags.salvage,
    wait: false,
    ...(flags.reason !== undefined && { reason: flags.reason }),
  });
  const interrupts = listenForInterrupts();
  try {
    return await untilEnded(invocation, session, run, interrupts.signal);
  } finally {
    interrupts.dispose();
  }
}

const WORKER_GRACE_MS = 10_000;
const LOOK_INTERVAL_MS = 500;

async function untilEnded(
  invocation: Invocation<CancelFlags>,
  session: TemporalSession,
  run: VertexBatchRun,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { output, flags } = invocation;
  const since = Date.now();
  output.live.show(() => `cancelling  ${durationText(Date.now() - since)}`);
  let isTaken = false;
  for await (const status of looks(run, signal)) {
    if (status.execution !== 'RUNNING') return sayClosed(invocation, status);
    isTaken ||= await hasTakenSignal(session, run.workflowId);
    if (isTaken && status.phase !== 'submitting' && status.jobs.length > 0 && openJobs(status).length === 0) {
      return saySettling(invocation, status);
    }
    if (!isTaken && Date.now() - since > WORKER_GRACE_MS) return cancelDirectly(invocation, status, signal);
  }
  output.note('Stopped waiting. The cancellation is recorded and goes on.');
  output.note(`  look again: vertex-batch status ${shellWord(run.workflowId)}${connectionWords(flags)}`);
  return EXIT.interrupted;
}

async function* looks(run: VertexBatchRun, signal: AbortSignal): AsyncGenerator<RunStatus> {
  while (!signal.aborted) {
    yield await run.status();
    await pause(LOOK_INTERVAL_MS, signal);
  }
}

/** Without a worker, the workflow task that the signal made stays pending. */
async function hasTakenSignal({ client }: TemporalSession, workflowId: string): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return raw.pendingWorkflowTask == null;
}

/** Nobody takes the signal: the service must still hear of it, since its jobs cost money. */
async function cancelDirectly(
  { output, config }: Invocation<CancelFlags>,
  status: RunStatus,
  signal: AbortSignal,
): Promise<ExitCode> {
  const jobs = openJobs(status);
  const nobody = `No worker of ${status.taskQueue} took it within ${WORKER_GRACE_MS / 1000} seconds. The cancellation is recorded`;
  if (jobs.length === 0) {
    output.note(`${nobody}; the run has no open job, so nothing more is spent. It takes effect when a worker is back.`);
    output.json({ workflowId: status.workflowId, cancelled: true, sentToService: [], jobs: status.jobs.map(endOf) });
    return EXIT.done;
  }
  const service = vertexJobs(config);
  for (const { name } of jobs) await sendCancel(service, name);
  output.note(`${nobody}; sent the service's cancel for ${jobs.map(({ name }) => jobId(name)).join(', ')} directly.`);
  const ended: EndedJob[] = [];
  for (const { name } of jobs) {
    const job = await untilJobEnded(service, name, output, signal);
    if (job === undefined) return EXIT.interrupted;
    ended.push(job);
  }
  output.json({
    workflowId: status.workflowId,
    cancelled: true,
    sentToService: jobs.map(({ name }) => name),
    jobs: ended,
  });
  return EXIT.done;
}

type Service = ReturnType<typeof vertexJobs>;

async function sendCancel(service: Service, name: string): Promise<void> {
  try {
    await service.cancel(name);
  } catch (error) {
    // it has ended, or somebody else has cancelled it: what it is now tells
    if (!isGatewayError(error, 'precondition', 'invalid-request')) throw error;
  }
}

async function untilJobEnded(
  service: Service,
  name: string,
  output: Invocation['output'],
  signal: AbortSignal,
): Promise<EndedJob | undefined> {
  const since = Date.now();
  const states: string[] = [];
  while (!signal.aborted) {
    const { state } = await service.get(name, { signal });
    if (states.at(-1) !== shortState(state)) states.push(shortState(state));
    const path = states.join(' → ');
    if (isTerminal(state)) {
      output.print(
        `${jobId(name)}  ${path} after ${durationText(Date.now() - since)} · finished rows are collected when a worker is back.`,
      );
      return { name, state };
    }
    output.live.show(() => `${jobId(name)}  ${path}  ${durationText(Date.now() - since)}`);
    await pause(Math.min(10_000, Math.max(LOOK_INTERVAL_MS, (Date.now() - since) / 4)), signal);
  }
  return undefined;
}

function saySettling({ output, flags }: Invocation<CancelFlags>, status: RunStatus): ExitCode {
  output.live.hide();
  output.json({ workflowId: status.workflowId, cancelled: true, sentToService: [], jobs: status.jobs.map(endOf) });
  for (const job of status.jobs) output.print(`${jobId(job.name)}  ${shortState(job.state)}`);
  const id = `${shellWord(status.workflowId)}${connectionWords(flags)}`;
  output.print(`The service has ended the job; finished rows are being collected: vertex-batch watch ${id}`);
  return EXIT.done;
}

function sayClosed({ output }: Invocation<CancelFlags>, status: RunStatus): ExitCode {
  output.live.hide();
  const end = status.closed?.outcome ?? status.execution.toLowerCase();
  output.json({
    workflowId: status.workflowId,
    cancelled: true,
    closed: end,
    sentToService: [],
    jobs: status.jobs.map(endOf),
  });
  for (const job of status.jobs) output.print(`${jobId(job.name)}  ${shortState(job.state)}`);
  output.print(`${status.workflowId} has closed: ${end}.`);
  return EXIT.done;
}

function openJobs(status: RunStatus): JobProgress[] {
  return status.jobs.filter(({ state }) => !isTerminal(state));
}

function endOf({ name, state }: JobProgress): EndedJob {
  return { name, state };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
