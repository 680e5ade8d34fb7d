import { randomBytes } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  PROGRESS_MEMO,
  VERTEX_BATCH_REPROCESS_WORKFLOW,
  type BatchRequest,
  type DurationLike,
  type ReprocessRequest,
} from '../messages';
import { acceptReprocessRequest } from '../schemas/reprocess-request';
import { writtenBy } from './closed-run';
import { describe } from './describe';
import { VertexBatchError } from './errors';
import { requestOf } from './first-request';
import type { VertexBatchRun } from './run';
import { shortSummary } from './start-texts';

export interface ReprocessOptions<Name extends string = string> {
  /** A name alone is looked for on the task queue of the run's own handler. @default the run's own handler */
  readonly handler?: Name | { readonly name: Name; readonly taskQueue?: string };
  /** How long the handler may take in all. @default '7d' */
  readonly deadline?: DurationLike;
  /** Go on where this handler's last pass stopped, instead of handing out every row again. @default false */
  readonly resume?: boolean;
}

/** The results that a pass is over. */
export interface ReprocessedRun {
  readonly manifest: string;
  /** Of the run, if it had one and Temporal still knows. */
  readonly handler: BatchRequest['handler'];
  /** What the ids of its passes begin with. */
  readonly base: string;
  readonly taskQueue: string;
}

/** @throws {VertexBatchError} `RunOpen`, or `NotFound` for a run that ended without a manifest */
export async function manifestOf(run: VertexBatchRun): Promise<string> {
  const { manifest } = await writtenBy(run);
  if (manifest !== null) return manifest;
  throw new VertexBatchError(
    'NotFound',
    `${run.workflowId} has no manifest: it ended before it had results. Start it again with its request`,
  );
}

/** Starts a pass, or finds the open one that does the same. */
export async function startPass(
  client: Client,
  source: ReprocessedRun,
  options: ReprocessOptions,
): Promise<{ readonly workflowId: string; readonly started: boolean }> {
  const request = requestOfPass(source, options);
  const { open, last, next } = await findPass(client, source.base, request);
  if (open !== undefined) return { workflowId: open, started: false };
  const pass = (options.resume === true ? last?.pass : undefined) ?? randomBytes(4).toString('hex');
  try {
    await client.workflow.start(VERTEX_BATCH_REPROCESS_WORKFLOW, {
      workflowId: next,
      taskQueue: source.taskQueue,
      args: [{ ...request, pass }],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      ...shownOf(request),
    });
    return { workflowId: next, started: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return await startPass(client, source, options);
  }
}

interface FoundPasses {
  /** Id of an open pass that does the same. */
  readonly open?: string;
  /** The last one that did. */
  readonly last: ReprocessRequest | undefined;
  /** An id that no pass has. */
  readonly next: string;
}

async function findPass(client: Client, base: string, asked: ReprocessRequest): Promise<FoundPasses> {
  let last: ReprocessRequest | undefined;
  for (let number = 1; ; number += 1) {
    const next = `${base}/reprocess-${number}`;
    const standing = await describe(client, next);
    if (standing === undefined) return { last, next };
    const request = await requestOf<ReprocessRequest>(client, standing);
    if (!isSame(request, asked)) continue;
    if (standing.status.name === 'RUNNING') return { open: next, last, next };
    last = request;
  }
}

/** Whether two passes are over the same results with the same handler. */
function isSame(one: ReprocessRequest, other: ReprocessRequest): boolean {
  return JSON.stringify(whatOf(one)) === JSON.stringify(whatOf(other));
}

function whatOf({ manifest, handler }: ReprocessRequest): readonly unknown[] {
  const { name = null, taskQueue = null } = typeof handler === 'string' ? { name: handler } : (handler ?? {});
  return [manifest, name, taskQueue];
}

/** @throws {VertexBatchError} `InvalidRequest` */
function requestOfPass(source: ReprocessedRun, { deadline, ...given }: ReprocessOptions) {
  const { manifest } = source;
  const handler = handlerOf(source.handler, given.handler);
  const request: ReprocessRequest = {
    manifest,
    ...(handler !== undefined && { handler }),
    ...(deadline !== undefined && { deadline }),
  };
  try {
    acceptReprocessRequest(request);
    return request;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new VertexBatchError('InvalidRequest', error.message, { cause: error });
  }
}

/** A name alone is looked for where the run's own handler is. */
function handlerOf(own: ReprocessedRun['handler'], given: ReprocessOptions['handler']) {
  if (typeof given !== 'string') return given ?? own;
  const taskQueue = typeof own === 'object' ? own.taskQueue : undefined;
  return taskQueue === undefined ? given : { name: given, taskQueue };
}

/** What Temporal shows of a pass before a worker has touched it. */
function shownOf({ manifest, handler }: ReprocessRequest) {
  const name = (typeof handler === 'string' ? handler : handler?.name) ?? 'its handler';
  return {
    staticSummary: shortSummary(`results again → ${name}`),
    staticDetails: [
      `a handler's pass over finished results, at no cost: \`${manifest}\``,
      'query `progress`; update `cancelBatch` (also a signal)',
    ].join('\n\n'),
    memo: { [PROGRESS_MEMO]: { phase: 'resolving', since: new Date().toISOString() } },
  };
}
