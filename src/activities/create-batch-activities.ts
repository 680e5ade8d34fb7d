import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Handlers } from '../define-handler';
import { BatchError } from '../domain/batch-error';
import type { JobLimits } from '../domain/validation-limits';
import type { PollingLimits } from '../domain/polling';
import type { PriceTable } from '../domain/price-table';
import type { ObjectStore } from '../gateways/object-store';
import type { LoadJobs } from '../gateways/load-jobs';
import type { TableStore } from '../gateways/table-store';
import type { VertexJobs } from '../gateways/vertex-jobs';
import { acceptRequest, foundHandler } from './accept-request';
import { examine, type ExamineGateways } from '../preflight/examine';
import type { RightsGateways } from '../preflight/require-rights';
import { READING, toActivityFailure, WAITING, WRITING, type RetryRules } from './activity-failure';
import { adoptJob } from './adopt-job';
import type { Attempt } from './attempt';
import { awaitChange, lookDelayMs } from './await-change';
import { cancelJob } from './cancel-job';
import { checkInput } from './check-input';
import { collectRange } from './collect-range';
import type { AcceptedRun, BatchActivities, Guarded, GuardedInput, SubmittedJob } from './contract';
import { decideClaim } from './decide-claim';
import { findOutputs } from './find-outputs';
import { finishRun } from './finish-run';
import { finishReprocess } from './finish-reprocess';
import { guarded, whileBeating, type GuardTiming } from './guard';
import { loadTables } from './load-tables';
import { lookForJob } from './look-for-job';
import { packageVersion } from './package-version';
import { planParts } from './plan-parts';
import { processRange, type HandlerAttempt } from './process-range';
import { readManifest } from './read-manifest';
import { settableSearchAttributes } from './settable-search-attributes';
import { resolveInput } from './resolve-input';
import { clockAheadMs } from './server-clock';
import { settlePart } from './settle-part';
import { Slots } from './slots';
import { stagePart } from './stage-part';
import { submitJob } from './submit-job';
import { validateRange } from './validate-range';

export interface BatchDependencies {
  readonly store: ObjectStore;
  readonly tables: TableStore;
  readonly loads: LoadJobs;
  readonly jobs: VertexJobs;
  /** How to look at rights. @default they aren't looked at */
  readonly preflight?: Omit<ExamineGateways, 'jobs' | 'tables'> & RightsGateways;
  readonly handlers: Handlers;
  readonly polling: PollingLimits;
  readonly prices: PriceTable;
  /** What one job takes. @default `JOB_LIMITS` */
  readonly jobLimits?: JobLimits;
  /** Ranges at a time in this worker. */
  readonly concurrency: { readonly validate: number; readonly collect: number };
  readonly guard: GuardTiming;
  readonly timing: AcceptedRun['timing'];
  /** Whether runs set search attributes. @default false */
  readonly searchAttributes?: boolean;
  /** For how long a worker that lacks the handler is given time to be replaced. */
  readonly handlerGraceMs: number;
}

/** Binds the activities to their gateways and to Temporal's context. */
export function createBatchActivities(dependencies: BatchDependencies): BatchActivities {
  const { handlers, guard, jobs, tables, preflight } = dependencies;
  const validating = new Slots(dependencies.concurrency.validate);
  const collecting = new Slots(dependencies.concurrency.collect);
  const bind =
    <Input extends GuardedInput, Value>(
      rules: RetryRules,
      activity: (gateways: BatchDependencies, input: Input, attempt: HandlerAttempt) => Promise<Value>,
      slots?: Slots,
    ) =>
    (input: Input): Promise<Guarded<Value>> =>
      guarded(input, rules, guard, (attempt) => {
        const run = () => activity(dependencies, input, attempt);
        return slots === undefined ? run() : slots.use(run, attempt.signal);
      });
  return {
    async vertexBatchAcceptRequest(input) {
      const { workflowNamespace: namespace, workflowExecution, ...info } = Context.current().info;
      const { workflowId = '' } = workflowExecution ?? {};
      try {
        const { timing, prices } = dependencies;
        const now = info.currentAttemptScheduledTimestampMs;
        const context = { handlers, namespace: namespace ?? '', workflowId, timing, prices, now };
        return { ...acceptRequest(context, input), ...(await searchable(dependencies)) };
      } catch (error) {
        throw afterGrace(error, dependencies) ?? toActivityFailure(error, READING);
      }
    },
    vertexBatchAdoptJob: bind(WRITING, adoptJob),
    vertexBatchResolveInput: bind(READING, resolveInput),
    vertexBatchValidateRange: bind(WRITING, validateRange, validating),
    vertexBatchPlanParts: bind(WRITING, planParts),
    vertexBatchStagePart: bind(WRITING, stagePart),
    vertexBatchCheckInput: bind(READING, checkInput),
    vertexBatchSubmitJob: (input) =>
      whileBeating(
        Context.current(),
        () => undefined,
        (attempt) => submitJob(dependencies, input, attempt).catch((error: unknown) => afterDrain(error, attempt)),
      ),
    vertexBatchLookForJob: bind(READING, lookForJob),
    vertexBatchDecideClaim: bind(WRITING, decideClaim),
    vertexBatchAwaitChange: (input) =>
      guarded(
        input,
        WAITING,
        { ...guard, attentionAfter: { ...guard.attentionAfter, ms: 0 } },
        (attempt) => awaitChange(dependencies, input, attempt),
        (now) => lookDelayMs(input, dependencies.polling, now),
      ),
    vertexBatchCancelJob: bind(WAITING, cancelJob),
    vertexBatchFindOutputs: bind(READING, findOutputs),
    vertexBatchCollectRange: bind(WRITING, collectRange, collecting),
    vertexBatchSettlePart: bind(WRITING, settlePart),
    vertexBatchProcessRange: bind(WRITING, processRange),
    vertexBatchFinishRun: bind(WRITING, finishRun),
    vertexBatchLoadTables: bind(WRITING, loadTables),
    vertexBatchReadManifest: bind(WRITING, async (gateways, input, attempt) => ({
      ...(await readManifest(gateways, input, attempt)),
      ...(await searchable(gateways)),
    })),
    async vertexBatchFindHandler({ name }) {
      try {
        return foundHandler(handlers, name);
      } catch (error) {
        throw afterGrace(error, dependencies) ?? toActivityFailure(error, READING);
      }
    },
    vertexBatchFinishReprocess: bind(WRITING, finishReprocess),
    vertexBatchExamine: async (input) => ({
      version: packageVersion().version,
      handlers: Object.keys(handlers),
      clockAheadMs: clockAheadMs(Context.current().info),
      searchAttributes: dependencies.searchAttributes ?? false,
      checks:
        preflight === undefined
          ? []
          : await examine({ ...preflight, jobs, tables }, input, { signal: Context.current().cancellationSignal }),
    }),
  };
}

/** A drain cuts looks short, but no create: nothing was tried, which an activity with a single attempt has to say itself. */
function afterDrain(error: unknown, { signal }: Attempt): SubmittedJob {
  if (!signal.aborted || error !== signal.reason) throw error;
  const message = 'the worker was told to end before it had created a job';
  return { kind: 'not-tried', type: 'ServiceUnreachable', message, retryAfterMs: 0 };
}

async function searchable({
  searchAttributes = false,
}: BatchDependencies): Promise<Pick<AcceptedRun, 'searchAttributes'>> {
  return searchAttributes ? { searchAttributes: await settableSearchAttributes() } : {};
}

const GRACE_RETRY_MS = 10_000;

/** A deploy may be under way: a handler that this worker lacks is asked for again for a while. */
function afterGrace(error: unknown, { handlerGraceMs, guard }: BatchDependencies): ApplicationFailure | undefined {
  if (!(error instanceof BatchError) || error.type !== 'HandlerUnknown') return undefined;
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  if (currentAttemptScheduledTimestampMs - scheduledTimestampMs >= handlerGraceMs) return undefined;
  return ApplicationFailure.create({
    message: error.message,
    type: error.type,
    nextRetryDelay: Math.max(1, Math.round(GRACE_RETRY_MS * guard.timeScale)),
  });
}
