import { z } from 'zod';
import type { AcceptedRequest } from '../domain/accepted-request';
import { DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { cutText } from '../domain/cut-text';
import { defaultRunDeadlineMs } from '../domain/run-deadline';
import { JOB_LIMITS } from '../domain/validation-limits';
import { FOREIGN_VALIDATION } from '../domain/foreign-validation';
import { isInBigQuery } from '../domain/bigquery-uri';
import { forTable } from '../domain/table-validation';
import { parseTableUri } from '../gateways/bq-uri';
import type { AdoptRequest, BatchRequest } from '../messages';
import { durationMs } from './duration';
import { modelPath } from './model-path';
import { acceptLoads, acceptOutput } from './request-output';
import { refuseWhatTheJobTells } from './adopted-job-rules';
import { fillPlaceholders, LONGEST_DISPLAY_NAME } from './request-placeholders';
import { problemsOf } from './request-problems';
import { acceptedValidation, RULE_NAMES, validationSchema } from './validation-request';

const BUCKET = '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]';
/** What a name in Cloud Storage can't have, or what would make a wildcard of the run's own files. */
const PLAIN = String.raw`[^\p{Cc}\p{Cs}*?\[\]]`;

const DURATION_RULE = 'must be a duration such as "30s" or "24h", or a number of milliseconds';
const HANDLER_RULE = 'must be the name of a handler, or {"name", "taskQueue"}';
const INPUT_RULE = 'must be a URI such as gs://bucket/path/prompts.jsonl, with * for many objects';

const TABLE = /^bq:\/\/[^.]+\.[^.]+\.[^.]+$/;
const TABLE_RULE = 'must be a table such as bq://project.dataset.table';

const JOB_NAME = /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/batchPredictionJobs\/[A-Za-z0-9_-]+$/;
const JOB_RULE = 'must be a name such as projects/P/locations/L/batchPredictionJobs/ID';

const duration = z
  .union([z.string(), z.number()], DURATION_RULE)
  .describe('Milliseconds, or a string such as "30s", "10m", "24h", "3 days".');
const inputUri = matching(
  new RegExp(String.raw`^(gs://${BUCKET}/[^\p{Cc}\p{Cs}]+|bq://.+)$`, 'u'),
  INPUT_RULE,
).describe(
  'gs://bucket/object, where * and ? are wildcards that do not cross a / and ** does; or one table, bq://project.dataset.table.',
);
const labelKey = matching(
  /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u,
  'must start with a lower-case letter and have at most 63 lower-case letters, digits, _ and -',
);
const labelValue = matching(
  /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u,
  'must have at most 63 lower-case letters, digits, _ and -',
);

/** Shape of a request as it arrives; what JSON Schema can't say is checked by {@link acceptRequest}. */
export const batchRequestSchema = z
  .strictObject(
    {
      project: matching(/^[a-z0-9][a-z0-9.:-]*$/, 'must be the id of a Google Cloud project').describe(
        'Google Cloud project id.',
      ),
      location: matching(
        /^(global|us|eu|[a-z]+-[a-z]+[0-9]+)$/,
        'must be a region such as us-central1, or global',
      ).describe('A region such as us-central1, or global.'),
      model: z
        .string('must be a name such as gemini-2.5-flash')
        .describe('gemini-2.5-flash, publishers/google/models/M, or projects/P/locations/L/models/ID.'),
      input: z.union(
        [
          inputUri,
          z
            .array(inputUri)
            .min(1, 'must name at least one object')
            .max(100, 'must have at most 100 URIs; use a wildcard such as gs://bucket/prompts/*.jsonl'),
        ],
        `${INPUT_RULE}, or a list of such URIs`,
      ),
      output: matching(
        new RegExp(`^(gs://${BUCKET}(/${PLAIN}*)?|bq://.+)$`, 'u'),
        'must be a URI such as gs://bucket/answers/, without wildcards',
      ).describe(
        'Prefix below which each run has its own directory; or bq://project[.dataset[.table]], with a workspace: each job writes a table of its own.',
      ),
      workspace: matching(new RegExp(`^gs://${BUCKET}(/${PLAIN}*)?$`, 'u'), 'must be a URI such as gs://bucket/work/')
        .describe('Where the runs have their directories when the output is bq://.')
        .optional(),
      resultsTable: matching(TABLE, TABLE_RULE)
        .describe('bq://project.dataset.table, to which answered rows are appended at the end.')
        .optional(),
      errorsTable: matching(TABLE, TABLE_RULE)
        .describe('bq://project.dataset.table, to which rows without an answer are appended at the end.')
        .optional(),
      deadLettersTable: matching(TABLE, TABLE_RULE)
        .describe('bq://project.dataset.table: dead letters get a table of their own, whose name begins so.')
        .optional(),
      keyField: matching(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name of letters, digits and _').optional(),
      handler: z
        .union(
          [
            named(HANDLER_RULE),
            z.strictObject(
              { name: named('must be the name of a handler'), taskQueue: named('must be a task queue').optional() },
              HANDLER_RULE,
            ),
          ],
          HANDLER_RULE,
        )
        .optional(),
      displayName: matching(
        new RegExp(String.raw`^[\s\S]{1,${LONGEST_DISPLAY_NAME}}$`),
        `must have 1 to ${LONGEST_DISPLAY_NAME} characters; the run adds the name of its claim to it`,
      ).optional(),
      labels: z.record(labelKey, labelValue, 'must be an object of names and values').optional(),
      minAnsweredShare: numberIn('must be a share of the rows, from 0 to 1', { min: 0, max: 1 }).optional(),
      maxCostUsd: z.number('must be a number above 0').positive('must be a number above 0').optional(),
      paused: z
        .strictObject(
          {
            policy: z.enum(['wait', 'cancel', 'fail'], 'must be "wait", "cancel" or "fail"').optional(),
            deadline: duration.optional(),
          },
          'must be an object such as {"policy": "wait", "deadline": "24h"}',
        )
        .optional(),
      deadlines: z
        .strictObject(
          {
            queued: duration.optional(),
            running: duration.optional(),
            cancelling: duration.optional(),
            run: duration.optional(),
          },
          'must be an object such as {"queued": "73h", "running": "25h"}',
        )
        .optional(),
      validate: validationSchema.optional(),
      canary: wholeNumber(1, JOB_LIMITS.rows).optional(),
      concurrentJobs: wholeNumber(1, 50).optional(),
      onUnknown: z.enum(['hold', 'resubmit'], 'must be "hold" or "resubmit"').optional(),
      listingLag: duration.optional(),
      rounds: wholeNumber(0, 5).optional(),
      timeZone: z.string('must be an IANA name such as Europe/Rome').optional(),
      allowEmptyInput: z.boolean('must be true or false').optional(),
      rerun: wholeNumber(0, 1_000_000).optional(),
    },
    'must be an object with at least project, location, model, input and output',
  )
  .describe('The one argument of the workflow vertexBatch.');

/** A request with `adopt`: what its rows are, the job knows. */
export const adoptRequestSchema = batchRequestSchema.extend({
  adopt: z.strictObject({ job: matching(JOB_NAME, JOB_RULE) }, `must be an object whose job ${JOB_RULE}`),
  input: batchRequestSchema.shape.input.optional(),
});

/** A string of which the same is said whether it is missing, no string, or doesn't fit. */
function matching(pattern: RegExp, rule: string): z.ZodString {
  return z.string(rule).regex(pattern, rule);
}

function named(rule: string): z.ZodString {
  return z.string(rule).min(1, rule);
}

function numberIn(rule: string, { min, max }: { readonly min: number; readonly max: number }): z.ZodNumber {
  return z.number(rule).min(min, rule).max(max, rule);
}

function wholeNumber(min: number, max: number): z.ZodInt {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.int(rule).min(min, rule).max(max, rule);
}

const FORBIDDEN_LABELS = /^(vertex-batch-|goog)/;

/**
 * Replaces placeholders and fills defaults in. Throws a `TypeError` that names each field at fault, its value and the remedy.
 * `scheduledTime` is when a Schedule meant the run to start.
 */
export function acceptRequest(
  request: unknown,
  workflowId: string,
  scheduledTime: Date | null = null,
): AcceptedRequest {
  const filled = fillPlaceholders(request, { workflowId, scheduledTime });
  const given = parsedRequest(filled);
  if (given.adopt !== undefined) refuseWhatTheJobTells(given, given.adopt.job);
  const input = typeof given.input === 'string' ? [given.input] : (given.input ?? []);
  refuseFolders(input);
  refuseLongInput(input);
  const isTable = checkTable(input);
  const handler = typeof given.handler === 'string' ? { name: given.handler } : given.handler;
  const rounds = given.rounds ?? 1;
  const concurrentJobs = given.concurrentJobs ?? 4;
  const queuedMs = durationMs('deadlines.queued', given.deadlines?.queued ?? '73h');
  const runningMs = durationMs('deadlines.running', given.deadlines?.running ?? '25h');
  const validate = given.adopt === undefined ? validationFor(given, isTable) : FOREIGN_VALIDATION;
  const defaultRunMs = defaultRunDeadlineMs({ queuedMs, runningMs, rounds, parts: 1, concurrentJobs });
  return {
    project: given.project,
    location: given.location,
    model: modelPath(given.model, given.location),
    input,
    ...acceptOutput(given),
    ...acceptLoads(given),
    keyField: given.keyField ?? null,
    handler: handler === undefined ? null : { name: handler.name, taskQueue: handler.taskQueue ?? null },
    displayName: given.displayName ?? cutText(workflowId, LONGEST_DISPLAY_NAME),
    labels: checkedLabels(given.labels ?? {}),
    minAnsweredShare: given.minAnsweredShare ?? null,
    ...(given.maxCostUsd !== undefined && { maxCostUsd: given.maxCostUsd }),
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
    ...(given.adopt !== undefined && { adopt: given.adopt }),
    ...(validate !== undefined && { validate }),
    ...(given.canary !== undefined && { canary: given.canary }),
    concurrentJobs,
    onUnknown: given.onUnknown ?? 'hold',
    listingLagMs: durationMs('listingLag', given.listingLag ?? '10m'),
    rounds,
    ...(given.allowEmptyInput === true && { allowEmptyInput: true }),
    rerun: given.rerun ?? 0,
  };
}

/** What either kind of request says. */
type GivenRequest = Omit<BatchRequest, 'input'> & Partial<Pick<AdoptRequest, 'adopt' | 'input'>>;

function parsedRequest(request: unknown): GivenRequest {
  const adopts = typeof request === 'object' && request !== null && 'adopt' in request;
  const parsed = (adopts ? adoptRequestSchema : batchRequestSchema).safeParse(request, { reportInput: true });
  if (parsed.success) return parsed.data as GivenRequest;
  throw new TypeError(problemsOf(parsed.error.issues, { fieldsAt: knownFieldsAt, foreign: FIELDS_OF_JOBS }).join('; '));
}

/** Fields of the service's own `BatchPredictionJob` that the request has otherwise. */
const FIELDS_OF_JOBS = {
  inputConfig: 'input says what is read, gs://… or bq://…',
  instancesFormat: 'it follows from input; leave it out',
  outputConfig: 'output says where jobs write, gs://… or bq://…',
  predictionsFormat: 'it follows from output; leave it out',
};

function checkedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(labels);
  if (names.length > 60) throw new TypeError(`labels must have at most 60 entries, got ${names.length}`);
  const forbidden = names.find((name) => FORBIDDEN_LABELS.test(name));
  if (forbidden !== undefined)
    throw new TypeError(`labels.${forbidden} is reserved; choose a name that begins otherwise`);
  return labels;
}

/** Absent while all of it is default. */
function validationFor({ validate }: GivenRequest, isTable: boolean): AcceptedRequest['validate'] {
  const accepted = acceptedValidation(validate);
  return isTable ? forTable({ ...(accepted ?? DEFAULT_VALIDATION), rules: validate?.rules ?? {} }) : accepted;
}

/** A table is the one input of its run. */
function checkTable(input: readonly string[]): boolean {
  const table = input.find(isInBigQuery);
  if (table === undefined) return false;
  if (input.length > 1)
    throw new TypeError(`input ${table} is a table, which must be the only input; leave the others out`);
  try {
    parseTableUri(table);
  } catch (error) {
    throw new TypeError(`input must be bq://project.dataset.table, got ${table}`, { cause: error });
  }
  return true;
}

function refuseFolders(input: readonly string[]): void {
  const folder = input.find((uri) => uri.endsWith('/'));
  if (folder !== undefined) {
    throw new TypeError(`input ${folder} is a folder; write ${folder}*.jsonl for the objects in it`);
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

function knownFieldsAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(adoptRequestSchema.shape);
  return FIELDS_OF[path.join('.')] ?? [];
}

const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  adopt: ['job'],
  paused: ['policy', 'deadline'],
  deadlines: ['queued', 'running', 'cancelling', 'run'],
  handler: ['name', 'taskQueue'],
  validate: Object.keys(validationSchema.shape),
  'validate.rules': RULE_NAMES,
};
