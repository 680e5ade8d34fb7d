import { z } from 'zod';
import { isInBigQuery } from '../domain/bigquery-uri';
import { GatewayError } from '../gateways/gateway-error';
import type { NewVertexJob, VertexJob, VertexJobDescription } from '../gateways/vertex-jobs';

/** `JobState` by number, as clients that ask for `enum-encoding=int` get it. */
const JOB_STATES = [
  'JOB_STATE_UNSPECIFIED',
  'JOB_STATE_QUEUED',
  'JOB_STATE_PENDING',
  'JOB_STATE_RUNNING',
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLING',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_PAUSED',
  'JOB_STATE_EXPIRED',
  'JOB_STATE_UPDATING',
  'JOB_STATE_PARTIALLY_SUCCEEDED',
] as const;

/** Protobuf's JSON writes int64 as a string and leaves zeros out. */
const int64 = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .default(0);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const jobResource = z.object({
  name: z.string().regex(/^projects\/[^/]+\/locations\/[^/]+\/batchPredictionJobs\/[^/]+$/),
  displayName: z.string().default(''),
  model: z.string().default(''),
  state: z.union([z.string(), z.number().int()]).default(0),
  error: z.object({ code: z.number().int().default(0), message: z.string().default('') }).nullish(),
  completionStats: z.object({ successfulCount: int64, failedCount: int64, incompleteCount: int64 }).nullish(),
  outputInfo: z.object({ gcsOutputDirectory: text, bigqueryOutputDataset: text, bigqueryOutputTable: text }).nullish(),
  labels: z.record(z.string(), z.string()).default({}),
  createTime: text,
  startTime: text,
  endTime: text,
  updateTime: text,
});

/** The service takes a bare string for `uris` and gives a list back. */
const jobRequest = z.object({
  inputConfig: z
    .object({
      gcsSource: z.object({ uris: z.union([z.string().transform((uri) => [uri]), z.array(z.string())]) }).nullish(),
      bigquerySource: z.object({ inputUri: z.string() }).nullish(),
    })
    .nullish(),
  outputConfig: z
    .object({
      gcsDestination: z.object({ outputUriPrefix: z.string() }).nullish(),
      bigqueryDestination: z.object({ outputUri: z.string() }).nullish(),
    })
    .nullish(),
});

type JobResource = z.infer<typeof jobResource>;

/** The body of a create: the `BatchPredictionJob` itself, a table or JSONL in, a table or JSONL out. */
export function toCreateBody(job: NewVertexJob): Record<string, unknown> {
  return {
    displayName: job.displayName,
    model: job.model,
    inputConfig: inputConfigOf(job.inputUris),
    outputConfig: outputConfigOf(job.outputUri),
    labels: { ...job.labels },
  };
}

function inputConfigOf(uris: readonly string[]): object {
  const [first = ''] = uris;
  if (isInBigQuery(first)) return { instancesFormat: 'bigquery', bigquerySource: { inputUri: first } };
  return { instancesFormat: 'jsonl', gcsSource: { uris: [...uris] } };
}

function outputConfigOf(outputUri: string): object {
  if (isInBigQuery(outputUri)) return { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri } };
  return { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: outputUri } };
}

/**
 * The job in a `BatchPredictionJob` of the service. A state that we don't know is kept as it is spelled.
 * @throws {GatewayError} `unavailable` when `json` is no such resource: it says nothing about any job
 */
export function fromVertexJob(json: unknown): VertexJob {
  const parsed = jobResource.safeParse(json);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole body');
    throw new GatewayError(
      'unavailable',
      `The answer is not a BatchPredictionJob: ${[...new Set(fields)].join(', ')}.`,
    );
  }
  const job = parsed.data;
  return {
    name: job.name,
    displayName: job.displayName,
    model: job.model,
    state: stateOf(job.state),
    error: job.error && (job.error.code !== 0 || job.error.message !== '') ? job.error : null,
    counts: countsOf(job.completionStats),
    outputDirectory: outputDirectoryOf(job.outputInfo),
    labels: job.labels,
    createTime: job.createTime,
    startTime: job.startTime,
    endTime: job.endTime,
    updateTime: job.updateTime,
  };
}

/**
 * The job with what it reads and where it writes.
 * @throws {GatewayError} `unavailable` when `json` is no such resource
 */
export function fromDescribedJob(json: unknown): VertexJobDescription {
  const job = fromVertexJob(json);
  const parsed = jobRequest.safeParse(json);
  if (!parsed.success)
    throw new GatewayError('unavailable', 'The answer is not a BatchPredictionJob: inputConfig or outputConfig.');
  const { inputConfig, outputConfig } = parsed.data;
  const table = inputConfig?.bigquerySource?.inputUri;
  return {
    ...job,
    inputUris: inputConfig?.gcsSource?.uris ?? (table === undefined ? [] : [table]),
    outputUri: outputConfig?.gcsDestination?.outputUriPrefix ?? outputConfig?.bigqueryDestination?.outputUri ?? null,
  };
}

function stateOf(state: string | number): string {
  return typeof state === 'string' ? state : (JOB_STATES[state] ?? `JOB_STATE_${state}`);
}

function countsOf(stats: JobResource['completionStats']): VertexJob['counts'] {
  if (!stats) return null;
  return {
    succeeded: stats.successfulCount,
    failed: stats.failedCount,
    incomplete: stats.incompleteCount < 0 ? null : stats.incompleteCount,
  };
}

function outputDirectoryOf(info: JobResource['outputInfo']): string | null {
  if (info?.gcsOutputDirectory) return info.gcsOutputDirectory.replace(/\/+$/, '');
  if (!info?.bigqueryOutputDataset) return null;
  return info.bigqueryOutputTable
    ? `${info.bigqueryOutputDataset}.${info.bigqueryOutputTable}`
    : info.bigqueryOutputDataset;
}
