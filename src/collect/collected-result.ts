import type { SettledPart, SettlePartInput, VertexJob } from '../activities/contract';
import { verdictOf } from '../domain/outcome';
import { costOfRun } from '../domain/run-cost';
import type { BatchResult } from '../messages';
import type { Plan } from '../rows/plan';

/** A job of which only its output directory is known. */
export function endedJob(directory: string): VertexJob {
  const outputDirectory = directory.replace(/\/$/, '');
  return {
    name: outputDirectory,
    displayName: '',
    model: '',
    state: 'JOB_STATE_UNSPECIFIED',
    error: null,
    counts: null,
    outputDirectory,
    labels: {},
    createTime: null,
    startTime: null,
    endTime: null,
    updateTime: null,
  };
}

export interface CollectedParts {
  readonly directory: string;
  /** Milliseconds since the epoch. */
  readonly begun: number;
  readonly plan: Plan;
  readonly rounds: SettlePartInput['rounds'];
  readonly settled: SettledPart;
}

/** The result as a run has it; what only a run knows is null. */
export function collectedResult({ directory, begun, plan, rounds, settled }: CollectedParts): BatchResult {
  const { books, usage, usageByModel = {}, finishReasons = {}, cost = null, results } = settled;
  const verdict = verdictOf({
    input: plan.rows,
    books,
    unprocessed: 0,
    minAnsweredShare: null,
    cancelled: false,
    reasons: [],
    mustFail: false,
    imbalances: settled.imbalances,
    rowReasons: settled.reasons,
  });
  return {
    ...verdict,
    rows: { input: plan.rows, ...books },
    handler: { processed: 0, rejected: 0 },
    usage,
    usageByModel,
    finishReasons,
    cost: costOfRun({ parts: [cost] }),
    startTime: new Date(begun).toISOString(),
    endTime: new Date().toISOString(),
    queuedSeconds: null,
    runningSeconds: null,
    validation: { errors: plan.errors, warnings: 0 },
    jobs: rounds.map(({ round, job }) => ({
      name: job.name,
      state: job.state,
      part: 1,
      round,
      outputDirectory: job.outputDirectory,
      error: null,
    })),
    jobCount: rounds.length,
    directory,
    results: { uri: `${directory}results/`, ...results },
    deadLetters: settled.deadLettersUri,
    errors: settled.errorsUri,
    rejected: null,
    validationReport: null,
    manifest: null,
  };
}
