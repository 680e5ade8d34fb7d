import { allHandlersFinished, CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { AcceptedRun, AdoptedJob, PlannedParts, ResolvedInput, ResolveInputInput } from '../activities/contract';
import type { AcceptedRequest } from '../domain/accepted-request';
import { validationOf } from '../domain/accepted-validation';
import { isInBigQuery } from '../domain/bigquery-uri';
import { count } from '../domain/count-text';
import { RunBudget } from '../domain/run-budget';
import { defaultRunDeadlineMs } from '../domain/run-deadline';
import type { AdoptRequest, BatchRequest, BatchResult } from '../messages';
import { validationCounts } from '../domain/validation-counts';
import { adopt, endUnplanned } from './adoption';
import { firstStep } from './handler-queue';
import { listen } from './listen';
import { measureClosed } from './metrics';
import { OperatorDesk } from './operator-desk';
import { conclude, handlerTaskQueue, refuseCron, stopWhenCancelled } from './around-steps';
import { loadTables } from './load-tables';
import { RunBooks } from './run-books';
import { runParts } from './run-parts';
import { RunState } from './run-state';
import { RunStopped } from './run-stopped';
import { inParallel, step } from './steps';

/** Ranges of the input that are validated at a time. */
const RANGES_AT_A_TIME = 50;

/**
 * Runs a Gemini batch job on Vertex AI from input to processed rows.
 *
 * The steps run where a cancellation can't reach them: `handle.cancel()` and `cancelBatch` both become a stop of the run, which
 * interrupts what costs nothing to interrupt and carries the rest to the service and back.
 */
export async function vertexBatch(request: BatchRequest | AdoptRequest): Promise<BatchResult> {
  refuseCron();
  const run = new RunState();
  const desk = new OperatorDesk();
  const books = new RunBooks(run);
  listen(run, desk);
  const cancelled = stopWhenCancelled(run);
  return await CancellationScope.nonCancellable(async () => {
    const endDeadline = await runSteps(run, desk, books, request);
    const result = await finish(run, books);
    run.close(result);
    measureClosed(result, run.accepted?.request?.model);
    endDeadline();
    await condition(allHandlersFinished);
    return conclude(result, cancelled());
  });
}

/** The run from first to last; whatever stops it early is written into the books. */
async function runSteps(
  run: RunState,
  desk: OperatorDesk,
  books: RunBooks,
  request: BatchRequest | AdoptRequest,
): Promise<() => void> {
  let endDeadline = () => {};
  let adopted: AdoptedJob | null = null;
  try {
    const accepted = await accept(run, request);
    endDeadline = run.startDeadline(accepted.request.deadlines.runMs);
    if (accepted.request.adopt !== undefined) adopted = await adopt(run, accepted, accepted.request.adopt.job);
    const sources = await resolveInput(run, accepted, adopted?.inputUris ?? accepted.request.input);
    await validate(run, accepted, sources);
    const planned = await planParts(run, accepted, sources, adopted);
    books.open(planned);
    if (planned.isEmpty === true) return endDeadline;
    const plan = planOf(planned);
    const longer = deadlineOfParts(request, accepted.request, plan.parts.length);
    if (longer !== undefined) {
      endDeadline();
      endDeadline = run.startDeadline(longer);
    }
    const { maxCostUsd = null } = accepted.request;
    const budget = new RunBudget({ maxCostUsd, estimate: planned.estimate ?? null, parts: plan.parts });
    await runParts({ run, accepted, desk, plan, adopted, budget }, books);
  } catch (error) {
    if (error instanceof RunStopped) books.stopBy(error.reason);
    else if (!isCancellation(error)) throw error;
  }
  if (adopted !== null && run.stop !== undefined && run.jobs.length === 0) await endUnplanned(run, adopted);
  return endDeadline;
}

async function accept(run: RunState, request: BatchRequest | AdoptRequest): Promise<AcceptedRun> {
  run.publish();
  const input = { request, execution: workflowInfo().firstExecutionRunId, ...scheduledTime() };
  const summary = 'Check the request and find the handler';
  const accepted = await firstStep(run, handlerTaskQueue(request), 'vertexBatchAcceptRequest', input, summary);
  run.accepted = accepted;
  return accepted;
}

async function resolveInput(run: RunState, accepted: AcceptedRun, input: readonly string[]): Promise<ResolvedInput> {
  const { project, output, adopt: adopts } = accepted.request;
  // a job that is adopted is paid for already
  const needs = adopts === undefined ? { needs: { project, output, ...neededTables(accepted.request) } } : {};
  const more = input.length > 1 ? ` and ${input.length - 1} more` : '';
  return await run.interruptible(() =>
    step(
      run,
      'vertexBatchResolveInput',
      { run: accepted.run, input, ...ofTable(accepted.request), ...emptyAllowed(accepted), ...needs },
      { summary: `Find ${input[0]?.slice(0, 150)}${more}` },
    ),
  );
}

async function validate(run: RunState, accepted: AcceptedRun, sources: ResolvedInput): Promise<void> {
  run.enter('validating');
  const { keyField } = accepted.request;
  await run.interruptible(() =>
    inParallel(sources.ranges, RANGES_AT_A_TIME, (range) =>
      step(
        run,
        'vertexBatchValidateRange',
        {
          run: accepted.run,
          sourcesUri: sources.sourcesUri,
          range,
          keyField,
          validation: validationOf(accepted.request),
        },
        { summary: `Validate range ${range + 1} of ${sources.ranges}` },
      ),
    ),
  );
}

async function planParts(
  run: RunState,
  accepted: AcceptedRun,
  sources: ResolvedInput,
  adopted: AdoptedJob | null,
): Promise<PlannedParts> {
  run.enter('planning');
  const { keyField, model, maxCostUsd } = accepted.request;
  const planned = await run.interruptible(() =>
    step(
      run,
      'vertexBatchPlanParts',
      {
        run: accepted.run,
        sourcesUri: sources.sourcesUri,
        keyField,
        validation: validationOf(accepted.request),
        model,
        ...(maxCostUsd !== undefined && { maxCostUsd }),
        ...emptyAllowed(accepted),
        ...(accepted.request.canary !== undefined && { canary: accepted.request.canary }),
        ...(adopted !== null && { foreign: { readAt: adopted.job.startTime } }),
      },
      { summary: 'Check keys and limits, write the plan' },
    ),
  );
  run.inputRows = planned.rows;
  run.validation = validationCounts(planned);
  return planned;
}

function planOf(planned: PlannedParts): NonNullable<PlannedParts['plan']> {
  if (planned.refusal !== null) throw new RunStopped(planned.refusal);
  if (planned.plan !== null) return planned.plan;
  const problems = planned.firstProblems.join('; ');
  const what = planned.rows === 0 ? 'The input' : `${count(planned.errors)} of ${count(planned.rows)} rows`;
  throw new RunStopped({
    type: 'InvalidInput',
    message: `${what} can't be sent: ${problems}. Nothing was sent or spent.`,
  });
}

async function finish(run: RunState, books: RunBooks): Promise<BatchResult> {
  const { accepted } = run;
  if (accepted === undefined || !books.isOpen) return books.result(null);
  run.enter('finishing');
  const result = books.result(`${accepted.run.directory}manifest.json`);
  try {
    const finished = await step(
      run,
      'vertexBatchFinishRun',
      {
        run: accepted.run,
        result,
        settledUris: books.settledUris,
        handler: accepted.handler === null ? null : { name: accepted.handler.name, version: accepted.handler.version },
        planUri: books.planUri,
        partCount: run.parts.count,
      },
      { summary: 'Write the manifest, delete what was staged' },
    );
    if (finished.closedBefore !== undefined) return finished.closedBefore;
    const { manifest, rejectedUri: rejected, errorsUri: errors, deadLettersUri: deadLetters } = finished;
    return await loadTables(run, accepted, {
      ...result,
      manifest,
      rejected,
      errors: errors ?? result.errors,
      deadLetters: deadLetters ?? result.deadLetters,
    });
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error;
    // red, so that starting the id again, which adopts everything, writes the manifest
    return { ...result, outcome: 'failed', reason: error.reason, manifest: null };
  }
}

/** The default bound of a run whose jobs take several turns; `undefined` where the bound stands that it began with. */
function deadlineOfParts(
  given: Pick<BatchRequest, 'deadlines'>,
  accepted: AcceptedRequest,
  parts: number,
): number | undefined {
  const { deadlines, rounds, concurrentJobs, canary } = accepted;
  // a job that goes ahead has a turn for itself
  const taking = canary === undefined || parts === 1 ? parts : parts - 1 + concurrentJobs;
  if (given.deadlines?.run !== undefined || taking <= concurrentJobs) return undefined;
  return defaultRunDeadlineMs({ ...deadlines, rounds, parts: taking, concurrentJobs });
}

/** When the Schedule that started this run meant it to start: the server notes it in the run's first event. */
function scheduledTime(): { readonly scheduledTime?: string } {
  const [time] = workflowInfo().searchAttributes['TemporalScheduledStartTime'] ?? [];
  return time instanceof Date ? { scheduledTime: time.toISOString() } : {};
}

/** What the run is to write in BigQuery, which is looked at before anything is spent. */
function neededTables({ location, outputTable, resultsTable, errorsTable, deadLettersTable }: AcceptedRequest) {
  const named = { outputTable, resultsTable, errorsTable, deadLettersTable };
  const given = Object.fromEntries(Object.entries(named).filter(([, uri]) => uri !== undefined));
  return Object.keys(given).length === 0 ? {} : { tables: { location, ...given } };
}

/** Only a table is bound to the jobs' location. */
function ofTable(request: AcceptedRequest): Pick<ResolveInputInput, 'location' | 'validateAs'> {
  const { input, location, keyField } = request;
  return isInBigQuery(input[0] ?? '') ? { location, validateAs: { keyField, validation: validationOf(request) } } : {};
}

function emptyAllowed(accepted: AcceptedRun): { readonly allowEmpty?: true } {
  return accepted.request.allowEmptyInput === true ? { allowEmpty: true } : {};
}
