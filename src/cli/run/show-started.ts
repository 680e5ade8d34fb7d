import type { VertexBatchRun } from '../../client';
import { connectionWords, shellWord, type Invocation } from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { followRun, noWorkerText, sayIfHandlerQueueIsSilent, type FollowFlags } from '../follow-run';
import { isPolled, runPage, type TemporalSession } from '../temporal-session';

export interface StartFlags extends FollowFlags {
  readonly detach?: boolean;
}

/** Says that a run was started, or found, and follows it unless that isn't wanted. */
export async function showStarted(
  invocation: Invocation<StartFlags>,
  session: TemporalSession,
  batch: VertexBatchRun,
  handlerQueue: string | null,
): Promise<ExitCode> {
  const { output, config, flags, taskQueue } = invocation;
  const { workflowId, started } = batch;
  const page = runPage(session.target, config.uiUrl, workflowId);
  output.print(entry(output, started ? 'started' : 'found', `${workflowId}${page === null ? '' : ` · ${page}`}`));
  output.json({ started: { workflowId, taskQueue, page, found: !started } });
  await sayIfHandlerQueueIsSilent(invocation, session, handlerQueue);
  if (flags.detach !== true) return followRun(invocation, session, batch);
  const id = `${shellWord(workflowId)}${connectionWords(flags)}`;
  output.print(entry(output, 'follow it', `vertex-batch watch ${id}`));
  if (!(await isPolled(session, taskQueue))) output.note(noWorkerText(taskQueue));
  output.json({ result: null });
  return EXIT.done;
}

export function entry({ colors }: Invocation['output'], name: string, text: string): string {
  return `${colors.dim(name.padEnd(11))} ${text}`;
}
