import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { Root, type Type } from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { isGatewayError } from '../../../src/gateways/gateway-error';
import type { NewVertexJob } from '../../../src/gateways/vertex-jobs';
import { fromDescribedJob, fromVertexJob, toCreateBody } from '../../../src/schemas/vertex-job';

const requireJson = createRequire(__filename);
/** Google's own definition of the resource, from `@google-cloud/aiplatform`. */
const BatchPredictionJob = Root.fromJSON(
  requireJson('@google-cloud/aiplatform/build/protos/protos.json') as Parameters<typeof Root.fromJSON>[0],
).lookupType('google.cloud.aiplatform.v1.BatchPredictionJob');

const newJobs: fc.Arbitrary<NewVertexJob> = fc.record({
  displayName: fc.string({ minLength: 1, maxLength: 128 }),
  model: fc.constantFrom('publishers/google/models/gemini-2.5-flash', 'projects/p/locations/l/models/1@2'),
  inputUris: fc.array(
    fc.webPath().map((path) => `gs://acme${path}`),
    { minLength: 1 },
  ),
  outputUri: fc.constant('gs://acme/out/'),
  labels: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/), fc.stringMatching(/^[a-z0-9_-]{0,10}$/)),
});

/** Names of fields that the proto doesn't have, at any depth. */
function unknownFields(type: Type, value: unknown, path = ''): string[] {
  return Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => {
    const field = type.fields[name]?.resolve();
    if (!field) return [`${path}${name}`];
    const nested = field.resolvedType && 'fields' in field.resolvedType && !field.map && !field.repeated;
    return nested ? unknownFields(field.resolvedType as Type, inner, `${path}${name}.`) : [];
  });
}

const NAME = 'projects/123456789012/locations/us-central1/batchPredictionJobs/9876';

describe('toCreateBody', () => {
  it('is a BatchPredictionJob by Google’s own proto, without a field that it doesn’t know', () => {
    fc.assert(
      fc.property(newJobs, (job) => {
        const body = toCreateBody(job);
        expect(unknownFields(BatchPredictionJob, body)).toEqual([]);
        expect(BatchPredictionJob.verify(body)).toBeNull();
        const message = BatchPredictionJob.fromObject(body);
        const decoded = BatchPredictionJob.decode(BatchPredictionJob.encode(message).finish());
        const round = BatchPredictionJob.toObject(decoded, { objects: true, arrays: false });
        expect(round).toMatchObject({
          displayName: job.displayName,
          model: job.model,
          labels: job.labels,
          inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: job.inputUris } },
          outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: job.outputUri } },
        });
      }),
      { numRuns: 50 },
    );
  });

  it('would be caught with a misspelt field', () => {
    const body = { ...toCreateBody(fc.sample(newJobs, 1)[0]!), inputConfig: { gcsSource: { uri: 'x' } }, modle: 'x' };
    expect(unknownFields(BatchPredictionJob, body)).toEqual(['inputConfig.gcsSource.uri', 'modle']);
  });
});

it('60, 12: a create names formats that fit where it reads and writes', () => {
  const job = fc.sample(newJobs, 1)[0]!;
  expect(toCreateBody({ ...job, inputUris: ['bq://acme.d.prompts'], outputUri: 'bq://acme.d.answers' })).toMatchObject({
    inputConfig: { instancesFormat: 'bigquery', bigquerySource: { inputUri: 'bq://acme.d.prompts' } },
    outputConfig: { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri: 'bq://acme.d.answers' } },
  });
});

describe('fromVertexJob', () => {
  it('reads what the service echoes of a created job', () => {
    const job = fc.sample(newJobs, 1)[0]!;
    expect(fromVertexJob({ ...toCreateBody(job), name: NAME, state: 'JOB_STATE_PENDING' })).toEqual({
      name: NAME,
      displayName: job.displayName,
      model: job.model,
      state: 'JOB_STATE_PENDING',
      error: null,
      counts: null,
      outputDirectory: null,
      labels: job.labels,
      createTime: null,
      startTime: null,
      endTime: null,
      updateTime: null,
    });
  });

  it('62: reads the page’s answer, whose model is spelt in another way than it was sent', () => {
    const model = 'projects/acme/locations/us-central1/models/gemini-1.0-pro-002';
    const answer = {
      name: NAME,
      displayName: 'my-batch-prediction-job',
      model,
      inputConfig: { instancesFormat: 'bigquery', bigquerySource: { inputUri: 'bq://acme.d.prompts' } },
      modelParameters: {},
      outputConfig: { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri: 'bq://acme.d.answers' } },
      state: 'JOB_STATE_PENDING',
      createTime: '2023-07-12T20:46:52.148717Z',
      updateTime: '2023-07-12T20:46:52.148717Z',
      labels: { owner: 'sample_owner', product: 'llm' },
      modelVersionId: '1',
      modelMonitoringStatus: {},
    };
    expect(fromVertexJob(answer)).toMatchObject({ name: NAME, model, state: 'JOB_STATE_PENDING', error: null });
    expect(fromDescribedJob(answer)).toMatchObject({ name: NAME });
  });

  it('reads counts that are strings, numbers, left out or unknown', () => {
    const countsOf = (completionStats: unknown): unknown => fromVertexJob({ name: NAME, completionStats }).counts;
    expect(countsOf({ successfulCount: '12', failedCount: 3, incompleteCount: '-1' })).toEqual({
      succeeded: 12,
      failed: 3,
      incomplete: null,
    });
    expect(countsOf({ successfulCount: '2' })).toEqual({ succeeded: 2, failed: 0, incomplete: 0 });
    expect(countsOf({})).toEqual({ succeeded: 0, failed: 0, incomplete: 0 });
    expect(countsOf(null)).toBeNull();
    expect(countsOf(undefined)).toBeNull();
  });

  it.each([
    ['JOB_STATE_RUNNING', 'JOB_STATE_RUNNING'],
    ['JOB_STATE_FROM_THE_FUTURE', 'JOB_STATE_FROM_THE_FUTURE'],
    [3, 'JOB_STATE_RUNNING'],
    [11, 'JOB_STATE_PARTIALLY_SUCCEEDED'],
    [77, 'JOB_STATE_77'],
    [undefined, 'JOB_STATE_UNSPECIFIED'],
  ])('reads the state %s as %s', (state, expected) => {
    expect(fromVertexJob({ name: NAME, state }).state).toBe(expected);
  });

  it('names every state as Google’s proto does', () => {
    const states = BatchPredictionJob.root.lookupEnum('google.cloud.aiplatform.v1.JobState').values;
    for (const [state, number] of Object.entries(states)) {
      expect(fromVertexJob({ name: NAME, state: number }).state).toBe(state);
    }
  });

  it('gives the output directory without a slash at its end, and a table with its dataset', () => {
    const outputOf = (outputInfo: unknown): unknown => fromVertexJob({ name: NAME, outputInfo }).outputDirectory;
    expect(outputOf({ gcsOutputDirectory: 'gs://a/prediction-model-2026-09-02T20:06:30.166279Z/' })).toBe(
      'gs://a/prediction-model-2026-09-02T20:06:30.166279Z',
    );
    expect(outputOf({ bigqueryOutputDataset: 'bq://p.d', bigqueryOutputTable: 't' })).toBe('bq://p.d.t');
    expect(outputOf({})).toBeNull();
  });

  it('keeps the error of a job, and takes an empty one for none', () => {
    expect(fromVertexJob({ name: NAME, error: { code: 1, message: 'CANCELED' } }).error).toEqual({
      code: 1,
      message: 'CANCELED',
    });
    expect(fromVertexJob({ name: NAME, error: {} }).error).toBeNull();
  });

  it.each([
    [null],
    ['a page'],
    [{}],
    [{ error: { code: 404 } }],
    [{ name: 'operations/1' }],
    [{ name: NAME, labels: [1] }],
  ])('learns nothing from %j', (answer) => {
    let error: unknown;
    try {
      fromVertexJob(answer);
    } catch (thrown) {
      error = thrown;
    }
    expect(isGatewayError(error, 'unavailable') && error.effect).toBe('unknown');
  });
});

describe('fromDescribedJob', () => {
  const described = (config: object) => {
    const { inputUris, outputUri } = fromDescribedJob({ name: NAME, ...config });
    return { inputUris, outputUri };
  };

  it.each([
    ['a list of URIs', { inputConfig: { gcsSource: { uris: ['gs://a/1', 'gs://a/*'] } } }, ['gs://a/1', 'gs://a/*']],
    ['one bare URI', { inputConfig: { gcsSource: { uris: 'gs://a/1' } } }, ['gs://a/1']],
    ['a table', { inputConfig: { bigquerySource: { inputUri: 'bq://p.d.t' } } }, ['bq://p.d.t']],
    ['a dataset', { inputConfig: { vertexMultimodalDatasetSource: { datasetName: 'x' } } }, []],
    ['nothing', {}, []],
  ])('reads an input of %s', (_, config, inputUris) => {
    expect(described(config)).toEqual({ inputUris, outputUri: null });
  });

  it.each([
    ['a bucket', { gcsDestination: { outputUriPrefix: 'gs://a/out' } }, 'gs://a/out'],
    ['a table', { bigqueryDestination: { outputUri: 'bq://p.d.t' } }, 'bq://p.d.t'],
  ])('reads an output in %s', (_, outputConfig, outputUri) => {
    expect(described({ outputConfig })).toEqual({ inputUris: [], outputUri });
  });

  it('says nothing of a job whose source it can’t read', () => {
    expect(() => described({ inputConfig: { gcsSource: { uris: 7 } } })).toThrow(/inputConfig/);
  });
});
