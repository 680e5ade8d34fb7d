import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acceptRequest, batchRequestSchema } from '../../../src/schemas/batch-request';

const REQUEST = {
  project: 'acme',
  location: 'us-central1',
  model: 'gemini-2.5-flash',
  input: 'gs://acme/prompts/*.jsonl',
  output: 'gs://acme/answers/',
};

const DURATION = 'must be a duration such as "30s" or "24h", or a number of milliseconds';
const INPUT = 'must be a URI such as gs://bucket/path/prompts.jsonl, with * for many objects';
const HANDLER = 'must be the name of a handler, or {"name", "taskQueue"}';
const OUTPUT = 'must be a URI such as gs://bucket/answers/, without wildcards';

function complaintAbout(request: unknown): string {
  try {
    acceptRequest(request, 'summaries');
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  return 'accepted';
}

const JOB = 'projects/acme/locations/us-central1/batchPredictionJobs/4711';

describe('a request that adopts a job', () => {
  const { input: _, ...adopting } = { ...REQUEST, adopt: { job: JOB } };

  it('leaves it to the job what it reads, and takes its rows as they are', () => {
    const accepted = acceptRequest(adopting, 'summaries');
    expect(accepted).toMatchObject({ adopt: { job: JOB }, input: [], validate: { onError: 'quarantine' } });
    expect(acceptRequest({ ...adopting, input: REQUEST.input }, 'summaries').input).toEqual([REQUEST.input]);
  });

  it.each([
    [{ adopt: {} }, 'adopt.job must be a name such as projects/P/locations/L/batchPredictionJobs/ID, got nothing'],
    [
      { adopt: JOB },
      `adopt must be an object whose job must be a name such as projects/P/locations/L/batchPredictionJobs/ID, got "${JOB}"`,
    ],
    [
      { adopt: { job: '4711' } },
      'adopt.job must be a name such as projects/P/locations/L/batchPredictionJobs/ID, got "4711"',
    ],
    [{ adopt: { jbo: JOB, job: JOB } }, 'unknown field adopt.jbo, did you mean "job"?'],
    [{ validate: {} }, `validate is about what is sent, and the rows of ${JOB} were sent before; leave it out`],
    [
      { allowEmptyInput: true },
      `allowEmptyInput is about what is sent, and the rows of ${JOB} were sent before; leave it out`,
    ],
    [{ canary: 1 }, `canary is about what is sent, and the rows of ${JOB} were sent before; leave it out`],
    [{ location: 'europe-west1' }, 'location must be that of the adopted job, us-central1, got europe-west1'],
    [{ project: 'other' }, 'project must be that of the adopted job, acme, got other'],
    [{ project: '123456789012' }, 'accepted'],
  ])('%j: %s', (fields, complaint) => {
    expect(complaintAbout({ ...adopting, ...fields })).toBe(complaint);
  });
});

describe('a request', () => {
  it('is completed with defaults', () => {
    expect(acceptRequest(REQUEST, 'summaries')).toEqual({
      project: 'acme',
      location: 'us-central1',
      model: 'publishers/google/models/gemini-2.5-flash',
      input: ['gs://acme/prompts/*.jsonl'],
      output: 'gs://acme/answers/',
      keyField: null,
      handler: null,
      displayName: 'summaries',
      labels: {},
      minAnsweredShare: null,
      paused: { policy: 'wait', deadlineMs: 86_400_000 },
      deadlines: {
        queuedMs: 73 * 3_600_000,
        runningMs: 25 * 3_600_000,
        cancellingMs: 900_000,
        runMs: (2 * (73 + 25) + 48) * 3_600_000,
      },
      concurrentJobs: 4,
      onUnknown: 'hold',
      listingLagMs: 600_000,
      rounds: 1,
      rerun: 0,
    });
  });

  it('keeps all that it says', () => {
    const accepted = acceptRequest(
      {
        ...REQUEST,
        input: ['gs://acme/a.jsonl', 'gs://acme/b/**.jsonl'],
        output: 'gs://acme',
        keyField: 'custom_id',
        handler: { name: 'saveSummary', taskQueue: 'gpu' },
        displayName: 'Summaries, nightly',
        labels: { stage: 'prod', größe: 'xl', empty: '' },
        minAnsweredShare: 0.99,
        paused: { policy: 'fail' },
        deadlines: { queued: '2 days', running: 3_600_000, cancelling: '30s', run: '7d' },
        concurrentJobs: 50,
        onUnknown: 'resubmit',
        listingLag: 0,
        rounds: 0,
        rerun: 3,
      },
      'summaries',
    );
    expect(accepted).toMatchObject({
      input: ['gs://acme/a.jsonl', 'gs://acme/b/**.jsonl'],
      output: 'gs://acme/',
      handler: { name: 'saveSummary', taskQueue: 'gpu' },
      labels: { stage: 'prod', größe: 'xl', empty: '' },
      paused: { policy: 'fail', deadlineMs: 86_400_000 },
      deadlines: { queuedMs: 172_800_000, runningMs: 3_600_000, cancellingMs: 30_000, runMs: 604_800_000 },
      listingLagMs: 0,
      rerun: 3,
    });
  });

  it('54: takes the name of a job from its workflow id, cut where no character is halved', () => {
    expect(acceptRequest(REQUEST, 'x'.repeat(200)).displayName).toHaveLength(80);
    expect(acceptRequest(REQUEST, `${'x'.repeat(78)}😀😀`).displayName).toBe(`${'x'.repeat(78)}…`);
  });

  it.each<[string, unknown, string]>([
    [
      'no object',
      'gs://acme/in.jsonl',
      'the request must be an object with at least project, location, model, input and output, got "gs://acme/in.jsonl"',
    ],
    [
      'nothing',
      null,
      'the request must be an object with at least project, location, model, input and output, got null',
    ],
    ['a list', [], 'the request must be an object with at least project, location, model, input and output, got []'],
    [
      'nothing at all',
      undefined,
      'the request must be an object with at least project, location, model, input and output, got nothing',
    ],
  ])('that is %s is refused', (_, request, message) => {
    expect(complaintAbout(request)).toBe(message);
  });

  it.each<[string, object, string]>([
    ['a misspelt field', { keyfield: 'id' }, 'unknown field keyfield, did you mean "keyField"?'],
    ['a field that nothing resembles', { temperature: 1 }, 'unknown field temperature'],
    [
      '57: a format of the input, whatever it is',
      { instancesFormat: 'jsonl', input: 'bq://acme.d.t' },
      'unknown field instancesFormat; it follows from input; leave it out',
    ],
    [
      '57: a format of the output',
      { predictionsFormat: 'bigquery' },
      'unknown field predictionsFormat; it follows from output; leave it out',
    ],
    [
      'the service’s own field for the input',
      { inputConfig: { gcsSource: { uris: ['gs://acme/a.jsonl'] } } },
      'unknown field inputConfig; input says what is read, gs://… or bq://…',
    ],
    ['a field with dots', { 'a.b': 1 }, 'unknown field ["a.b"]'],
    [
      'a misspelt field of handler',
      { handler: { name: 'x', taskqueue: 'y' } },
      'unknown field handler.taskqueue, did you mean "taskQueue"?',
    ],
    ['a misspelt field of paused', { paused: { polcy: 'wait' } }, 'unknown field paused.polcy, did you mean "policy"?'],
    [
      'a misspelt field of deadlines',
      { deadlines: { runing: '1h' } },
      'unknown field deadlines.runing, did you mean "running"?',
    ],
    ['no project', { project: undefined }, 'project must be the id of a Google Cloud project, got nothing'],
    [
      'a project that is a path',
      { project: '../acme' },
      'project must be the id of a Google Cloud project, got "../acme"',
    ],
    ['a project that is a number', { project: 5 }, 'project must be the id of a Google Cloud project, got 5'],
    [
      'a location that is none',
      { location: 'globl' },
      'location must be a region such as us-central1, or global, got "globl"',
    ],
    [
      'a zone',
      { location: 'us-central1-a' },
      'location must be a region such as us-central1, or global, got "us-central1-a"',
    ],
    [
      'a location in capitals',
      { location: 'US' },
      'location must be a region such as us-central1, or global, got "US"',
    ],
    ['no input', { input: undefined }, `input ${INPUT}, or a list of such URIs, got nothing`],
    ['an empty list of inputs', { input: [] }, 'input must name at least one object, got []'],
    ['an input that is a path', { input: 'prompts.jsonl' }, `input ${INPUT}, got "prompts.jsonl"`],
    ['an input without an object', { input: 'gs://acme' }, `input ${INPUT}, got "gs://acme"`],
    ['a wildcard for a bucket', { input: 'gs://acme-*/a.jsonl' }, `input ${INPUT}, got "gs://acme-*/a.jsonl"`],
    [
      'a folder',
      { input: 'gs://acme/prompts/' },
      'input gs://acme/prompts/ is a folder; write gs://acme/prompts/*.jsonl for the objects in it',
    ],
    ['one bad input among others', { input: ['gs://acme/a.jsonl', 7] }, `input[1] ${INPUT}, got 7`],
    [
      'a list of inputs past all measure',
      { input: Array.from({ length: 90 }, (_, index) => `gs://acme/${'x'.repeat(90)}${index}.jsonl`) },
      "input has 9710 characters in 90 URIs, at most 8000 fit into a workflow's history; use a wildcard such as gs://bucket/prompts/*.jsonl",
    ],
    [
      'a dataset as input',
      { input: 'bq://acme.prompts' },
      'input must be bq://project.dataset.table, got bq://acme.prompts',
    ],
    [
      'a table beside files',
      { input: ['bq://acme.prompts.today', 'gs://acme/in.jsonl'] },
      'input bq://acme.prompts.today is a table, which must be the only input; leave the others out',
    ],
    [
      'a BigQuery output without a workspace',
      { output: 'bq://acme.answers' },
      "workspace must be a URI such as gs://bucket/work/ where output is bq://acme.answers: the run's own files and the results need a bucket",
    ],
    [
      'a BigQuery output that is no table',
      { output: 'bq://acme.answers.today.evening', workspace: 'gs://acme/work/' },
      'output must be gs://bucket/prefix/, or bq://project, bq://project.dataset or bq://project.dataset.table, got bq://acme.answers.today.evening',
    ],
    ['an output with a wildcard', { output: 'gs://acme/*/' }, `output ${OUTPUT}, got "gs://acme/*/"`],
    ['an output with a line break', { output: 'gs://acme/a\nb/' }, String.raw`output ${OUTPUT}, got "gs://acme/a\nb/"`],
    [
      'an output that is half a character',
      { output: 'gs://acme/\ud800/' },
      String.raw`output ${OUTPUT}, got "gs://acme/\ud800/"`,
    ],
    ['a local output', { output: './answers' }, `output ${OUTPUT}, got "./answers"`],
    [
      'results in a dataset',
      { resultsTable: 'bq://acme.answers' },
      'resultsTable must be a table such as bq://project.dataset.table, got "bq://acme.answers"',
    ],
    [
      'results in a table that can’t be named so',
      { resultsTable: 'bq://acme.an-swers.today' },
      'resultsTable must be a table such as bq://project.dataset.table, got bq://acme.an-swers.today',
    ],
    [
      'one table for results and errors',
      { resultsTable: 'bq://acme.d.t', errorsTable: 'bq://acme.d.t' },
      'errorsTable must be another table than resultsTable, got bq://acme.d.t for both',
    ],
    [
      'a table for dead letters whose name has no room for more',
      { deadLettersTable: `bq://acme.d.${'t'.repeat(901)}` },
      `deadLettersTable must be a table such as bq://project.dataset.table, got bq://acme.d.${'t'.repeat(901)}`,
    ],
    [
      'results that BigQuery can’t name',
      { output: 'gs://acme/a//b/', resultsTable: 'bq://acme.d.t' },
      "resultsTable can't be loaded from gs://acme/a//b/: load jobs of BigQuery read no URI with // in its path",
    ],
    [
      'a workspace of an output in files',
      { workspace: 'gs://acme/work/' },
      "workspace goes with an output to BigQuery, and the output is gs://acme/answers/, where the run's own files go as well; leave workspace out, got gs://acme/work/",
    ],
    [
      'a key field that is a path',
      { keyField: 'meta.id' },
      'keyField must be a name of letters, digits and _, got "meta.id"',
    ],
    ['a handler that is no name', { handler: 5 }, `handler ${HANDLER}, got 5`],
    ['a handler of no name', { handler: '' }, `handler ${HANDLER}, got ""`],
    [
      'a handler that lacks its name',
      { handler: { taskQueue: 'gpu' } },
      'handler.name must be the name of a handler, got nothing',
    ],
    [
      'a display name that is too long',
      { displayName: 'x'.repeat(81) },
      `displayName must have 1 to 80 characters; the run adds the name of its claim to it, got "${'x'.repeat(81)}"`,
    ],
    [
      'a label in capitals',
      { labels: { Stage: 'prod' } },
      'labels has a name that must start with a lower-case letter and have at most 63 lower-case letters, digits, _ and -, got "Stage"',
    ],
    [
      'a label’s value in capitals',
      { labels: { stage: 'Prod' } },
      'labels.stage must have at most 63 lower-case letters, digits, _ and -, got "Prod"',
    ],
    [
      'a label of ours',
      { labels: { 'vertex-batch-claim': 'x' } },
      'labels.vertex-batch-claim is reserved; choose a name that begins otherwise',
    ],
    [
      'too many labels',
      { labels: Object.fromEntries(Array.from({ length: 61 }, (_, index) => [`l${index}`, ''])) },
      'labels must have at most 60 entries, got 61',
    ],
    ['labels in a list', { labels: ['a'] }, 'labels must be an object of names and values, got ["a"]'],
    [
      'a share in percent',
      { minAnsweredShare: 99 },
      'minAnsweredShare must be a share of the rows, from 0 to 1, got 99',
    ],
    [
      'a share that is no number',
      { minAnsweredShare: Number.NaN },
      'minAnsweredShare must be a share of the rows, from 0 to 1, got NaN',
    ],
    ['a cost below nothing', { maxCostUsd: -1 }, 'maxCostUsd must be a number above 0, got -1'],
    [
      'a policy that is none',
      { paused: { policy: 'ignore' } },
      'paused.policy must be "wait", "cancel" or "fail", got "ignore"',
    ],
    [
      'a pause that is a word',
      { paused: 'wait' },
      'paused must be an object such as {"policy": "wait", "deadline": "24h"}, got "wait"',
    ],
    ['a deadline that is a word', { deadlines: { run: 'soon' } }, `deadlines.run ${DURATION}, got "soon"`],
    ['a deadline before now', { paused: { deadline: '-1h' } }, `paused.deadline ${DURATION}, got "-1h"`],
    ['a negative number of milliseconds', { listingLag: -1 }, `listingLag ${DURATION}, got -1`],
    ['a deadline that is true', { deadlines: { queued: true } }, `deadlines.queued ${DURATION}, got true`],
    [
      'a deadline past all measure',
      { deadlines: { running: '9000h' } },
      'deadlines.running must be at most a year, got "9000h"',
    ],
    [
      'deadlines that are a duration',
      { deadlines: '1h' },
      'deadlines must be an object such as {"queued": "73h", "running": "25h"}, got "1h"',
    ],
    ['no job at a time', { concurrentJobs: 0 }, 'concurrentJobs must be a whole number from 1 to 50, got 0'],
    ['half a round', { rounds: 0.5 }, 'rounds must be a whole number from 0 to 5, got 0.5'],
    ['too many rounds', { rounds: 6 }, 'rounds must be a whole number from 0 to 5, got 6'],
    ['a rerun that is a text', { rerun: '1' }, 'rerun must be a whole number from 0 to 1000000, got "1"'],
    [
      'an answer to the unknown that is none',
      { onUnknown: 'retry' },
      'onUnknown must be "hold" or "resubmit", got "retry"',
    ],
    [
      'two slips',
      { rounds: -1, modle: 'x' },
      'rounds must be a whole number from 0 to 5, got -1; unknown field modle, did you mean "model"?',
    ],
    [
      'a value that is no JSON',
      { displayName: () => 'x', rerun: 5n },
      'displayName must have 1 to 80 characters; the run adds the name of its claim to it, got function; rerun must be a whole number from 0 to 1000000, got bigint',
    ],
  ])('with %s is refused', (_, fields, message) => {
    expect(complaintAbout({ ...REQUEST, ...fields })).toBe(message);
  });

  it('shows no more of a long value than a person reads', () => {
    expect(complaintAbout({ ...REQUEST, keyField: 'x y'.repeat(10_000) }).length).toBeLessThan(300);
  });
});

describe('the model of a request', () => {
  it.each([
    ['gemini-2.5-flash', 'global', 'publishers/google/models/gemini-2.5-flash'],
    ['publishers/anthropic/models/claude', 'us-east5', 'publishers/anthropic/models/claude'],
    ['projects/p/locations/us-central1/models/123@2', 'us-central1', 'projects/p/locations/us-central1/models/123@2'],
    [
      'projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash',
      'us-central1',
      'projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash',
    ],
  ])('%s in %s is %s', (model, location, path) => {
    expect(acceptRequest({ ...REQUEST, model, location }, 'summaries').model).toBe(path);
  });

  it.each([
    [
      'projects/p/locations/us-central1/models/1',
      'global',
      /is tuned, and tuned models are not served at location global; use us-central1$/,
    ],
    [
      'projects/p/locations/us-central1/models/1',
      'europe-west4',
      /lies in us-central1, but location is europe-west4; use the model's location$/,
    ],
    [
      'projects/p/locations/us-central1/endpoints/1',
      'us-central1',
      /is an endpoint; batch jobs take the tuned model deployed there/,
    ],
    ['', 'global', /^model must be a name such as gemini-2.5-flash, .* got ""$/],
    ['models/gemini 2.5', 'global', /^model must be a name such as gemini-2.5-flash, .* got "models\/gemini 2.5"$/],
  ])('%s in %s is refused', (model, location, message) => {
    expect(complaintAbout({ ...REQUEST, model, location })).toMatch(message);
  });
});

describe('the request as JSON Schema', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    z.toJSONSchema(batchRequestSchema, { io: 'input' }),
  );

  it.each([
    [REQUEST, true],
    [
      {
        ...REQUEST,
        input: ['gs://acme/a.jsonl'],
        handler: { name: 'x' },
        labels: { stage: 'prod' },
        deadlines: { run: 5 },
      },
      true,
    ],
    [{ ...REQUEST, modle: 'x' }, false],
    [{ ...REQUEST, output: 'gs://acme/*' }, false],
    [{ ...REQUEST, rounds: 0.5 }, false],
    [{ ...REQUEST, project: undefined }, false],
  ])('judges %j as we do', (request, valid) => {
    expect(validate(JSON.parse(JSON.stringify(request)))).toBe(valid);
  });
});
