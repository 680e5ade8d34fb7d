import { z } from 'zod';
import type { AcceptedRequest } from '../domain/accepted-request';
import { didYouMean } from '../domain/nearest-name';
import { defaultRunDeadlineMs } from '../domain/run-deadline';
import type { BatchRequest } from '../messages';
import { durationMs } from './duration';

const duration = z
  .union([z.string(), z.number()])
  .describe('Milliseconds, or a string such as "30s", "10m", "24h", "3 days".');
const gcsUri = z
  .string()
  .regex(/^(gs|bq):\/\/[^/]+/, 'must be a URI such as gs://bucket/path/prompts.jsonl')
  .describe('gs://bucket/object; * and ? are wildcards that do not cross a /, ** does.');
const labelKey = z
  .string()
  .regex(
    /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u,
    'must start with a lower-case letter and have at most 63 letters, digits, _ and -',
  );
const labelValue = z
  .string()
  .regex(/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u, 'must have at most 63 lower-case letters, digits, _ and -');

/** Shape of a request as it arrives; what JSON Schema can't say is checked by {@link acceptRequest}. */
export const batchRequestSchema = z
  .strictObject({
    project: z.string().min(1, 'must name a Google Cloud project').describe('Google Cloud project id.'),
    location: z
      .string()
      .regex(/^[a-z]+(-[a-z]+\d+)?$/, 'must be a region such as us-central1, or global')
      .describe('A region such as us-central1, or global.'),
    model: z
      .string()
      .min(1)
      .describe('gemini-2.5-flash, publishers/google/models/M, or projects/P/locations/L/models/ID.'),
    input: z.union([gcsUri, z.array(gcsUri).min(1, 'must name at least one object').max(100)]),
    output: z
      .string()
      .regex(/^(gs|bq):\/\/[^/]+/, 'must be a URI such as gs://bucket/answers/')
      .describe('Prefix below which each run has its own directory.'),
    workspace: z
      .string()
      .regex(/^gs:\/\/[^/]+/, 'must be a URI such as gs://bucket/work/')
      .optional(),
    keyField: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name of letters, digits and _')
      .optional(),
    handler: z
      .union([z.string().min(1), z.strictObject({ name: z.string().min(1), taskQueue: z.string().min(1).optional() })])
      .optional(),
    displayName: z.string().min(1).max(80, 'must have at most 80 characters; the run adds its claim to it').optional(),
    labels: z.record(labelKey, labelValue).optional(),
    minAnsweredShare: z.number().min(0).max(1).optional(),
    maxCostUsd: z.number().positive().optional(),
    paused: z
      .strictObject({ policy: z.enum(['wait', 'cancel', 'fail']).optional(), deadline: duration.optional() })
      .optional(),
    deadlines: z
      .strictObject({
        queued: duration.optional(),
        running: duration.optional(),
        cancelling: duration.optional(),
        run: duration.optional(),
      })
      .optional(),
    concurrentJobs: z.int().min(1).max(50).optional(),
    onUnknown: z.enum(['hold', 'resubmit']).optional(),
    listingLag: duration.optional(),
    rounds: z.int().min(0).max(5).optional(),
    rerun: z.int().min(0).optional(),
  })
  .describe('The one argument of the workflow vertexBatch.');

const FORBIDDEN_LABELS = /^(vertex-batch-|goog)/;

/** Fills defaults in. Throws a `TypeError` that names each field at fault, its value and the remedy. */
export function acceptRequest(request: unknown, workflowId: string): AcceptedRequest {
  const parsed = batchRequestSchema.safeParse(request, { reportInput: true });
  if (!parsed.success) throw new TypeError(parsed.error.issues.map((issue) => describeIssue(issue)).join('; '));
  const given = parsed.data as BatchRequest;
  refuseWhatIsNotBuilt(given);
  const input = typeof given.input === 'string' ? [given.input] : given.input;
  refuseLongInput(input);
  const handler = typeof given.handler === 'string' ? { name: given.handler } : given.handler;
  const rounds = given.rounds ?? 1;
  const concurrentJobs = given.concurrentJobs ?? 4;
  const queuedMs = durationMs('deadlines.queued', given.deadlines?.queued ?? '73h');
  const runningMs = durationMs('deadlines.running', given.deadlines?.running ?? '25h');
  const defaultRunMs = defaultRunDeadlineMs({ queuedMs, runningMs, rounds, parts: 1, concurrentJobs });
  return {
    project: given.project,
    location: given.location,
    model: modelPath(given.model, given.location),
    input,
    output: given.output.endsWith('/') ? given.output : `${given.output}/`,
    keyField: given.keyField ?? null,
    handler: handler === undefined ? null : { name: handler.name, taskQueue: handler.taskQueue ?? null },
    displayName: given.displayName ?? workflowId.slice(0, 80),
    labels: checkedLabels(given.labels ?? {}),
    minAnsweredShare: given.minAnsweredShare ?? null,
    paused: {
      policy: given.paused?.policy ?? 'wait',
      deadlineMs: durationMs('paused.deadline', given.paused?.deadline ?? '24h'),
    },
    deadlines: {
      queuedMs,
      runningMs,
      cancellingMs: durationMs('deadlines.cancelling', given.deadlines?.cancelling ?? '15m'),
      runMs: durationMs('deadlines.run', given.deadlines?.run ?? defaultRunMs),
    },
    concurrentJobs,
    onUnknown: given.onUnknown ?? 'hold',
    listingLagMs: durationMs('listingLag', given.listingLag ?? '10m'),
    rounds,
    rerun: given.rerun ?? 0,
  };
}

/** The resource name of a model as the API takes it. */
export function modelPath(model: string, location: string): string {
  const tuned = /^projects\/[^/]+\/locations\/([^/]+)\/models\/[^/]+$/.exec(model);
  if (tuned !== null) {
    if (location === 'global')
      throw new TypeError(
        `model ${model} is tuned, and tuned models are not served at location global; use ${tuned[1]}`,
      );
    if (tuned[1] !== location)
      throw new TypeError(`model ${model} lies in ${tuned[1]}, but location is ${location}; use the model's location`);
    return model;
  }
  if (/\/endpoints\//.test(model)) {
    throw new TypeError(
      `model ${model} is an endpoint; batch jobs take the tuned model deployed there, projects/P/locations/L/models/ID`,
    );
  }
  if (/^publishers\/[^/]+\/models\/[^/]+$/.test(model)) return model;
  const publisherModel = /^projects\/[^/]+\/locations\/[^/]+\/(publishers\/[^/]+\/models\/[^/]+)$/.exec(model);
  if (publisherModel !== null) return model;
  if (/^[A-Za-z0-9][A-Za-z0-9.@_-]*$/.test(model)) return `publishers/google/models/${model}`;
  throw new TypeError(
    `model must be a name such as gemini-2.5-flash, publishers/google/models/M or projects/P/locations/L/models/ID, got ${JSON.stringify(model)}`,
  );
}

function checkedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(labels);
  if (names.length > 60) throw new TypeError(`labels must have at most 60 entries, got ${names.length}`);
  const forbidden = names.find((name) => FORBIDDEN_LABELS.test(name));
  if (forbidden !== undefined)
    throw new TypeError(`labels.${forbidden} is reserved; choose a name that begins otherwise`);
  return labels;
}

function refuseWhatIsNotBuilt(request: BatchRequest): void {
  const uris = [...(typeof request.input === 'string' ? [request.input] : request.input), request.output];
  const table = uris.find((uri) => uri.startsWith('bq://'));
  if (table !== undefined) {
    throw new TypeError(
      `${table} is a BigQuery table, which this version can't read or write; export it to gs://bucket/prompts.jsonl`,
    );
  }
  if (request.maxCostUsd !== undefined) {
    throw new TypeError(
      `maxCostUsd needs a price table, which this version doesn't have; leave it out, got ${request.maxCostUsd}`,
    );
  }
}

const LONGEST_INPUT_LIST = 8_000;

function refuseLongInput(input: readonly string[]): void {
  const characters = input.reduce((sum, uri) => sum + uri.length, 0);
  if (characters > LONGEST_INPUT_LIST) {
    throw new TypeError(
      `input has ${characters} characters in ${input.length} URIs, at most ${LONGEST_INPUT_LIST} fit into a workflow's history; use a wildcard such as gs://bucket/prompts/*.jsonl`,
    );
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => `unknown field ${[...issue.path, key].join('.')}${didYouMean(key, knownFieldsAt(issue.path))}`)
      .join('; ');
  }
  const value = issue.input === undefined ? 'nothing' : JSON.stringify(issue.input)?.slice(0, 200);
  return `${path === '' ? 'the request' : path}: ${issue.message}, got ${value}`;
}

function knownFieldsAt(path: readonly PropertyKey[]): string[] {
  const [field] = path;
  if (field === undefined) return Object.keys(batchRequestSchema.shape);
  if (field === 'paused') return ['policy', 'deadline'];
  if (field === 'deadlines') return ['queued', 'running', 'cancelling', 'run'];
  if (field === 'handler') return ['name', 'taskQueue'];
  return [];
}
