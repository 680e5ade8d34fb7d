import { describe, expect, it } from 'vitest';

import type { JobJson } from '../../../support/an-emulator';
import { aJobBody, aRow, EmulatorBench, MODEL, PARENT } from '../../../support/an-emulator';

const JOBS = `/v1/${PARENT}/batchPredictionJobs`;

interface ErrorJson {
  readonly error: {
    code: number;
    message: string;
    status: string;
    details?: { fieldViolations: { field: string; description: string }[] }[];
  };
}

async function refusalOf(body: unknown, parent = PARENT): Promise<ErrorJson['error']> {
  const response = await new EmulatorBench().call('POST', `/v1/${parent}/batchPredictionJobs`, body);
  const { error } = (await response.json()) as ErrorJson;
  expect(error.code).toBe(response.status);
  return error;
}

describe('create', () => {
  it('62: answers with the job, PENDING, under the project number', async () => {
    const job = await new EmulatorBench().create({ labels: { stage: 'prod', größe: 'ä_1-' } });
    expect(job).toMatchObject({
      ...aJobBody(),
      state: 'JOB_STATE_PENDING',
      modelVersionId: '1',
      labels: { stage: 'prod', größe: 'ä_1-' },
    });
    expect(job.name).toMatch(/^projects\/123456789012\/locations\/us-central1\/batchPredictionJobs\/\d{10,19}$/);
    expect(job.createTime).toMatch(/\.\d{6}Z$/);
  });

  it('68: takes a bare string for uris and gives a list', async () => {
    const inputConfig = { instancesFormat: 'jsonl', gcsSource: { uris: 'gs://bucket/in.jsonl' } };
    const job = await new EmulatorBench().create({ inputConfig });
    expect(job['inputConfig']).toEqual({ instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/in.jsonl'] } });
  });

  it('67: takes snake_case, nulls and output-only fields such as name, and sets the latter itself', async () => {
    const bench = new EmulatorBench();
    const job = await bench.json('POST', JOBS, {
      display_name: 'x',
      model: MODEL,
      name: 'BP_JOB_NAME',
      state: 'JOB_STATE_SUCCEEDED',
      createTime: '2020-01-01T00:00:00Z',
      labels: null,
      model_parameters: {},
      input_config: { instances_format: 'jsonl', gcs_source: { uris: ['gs://bucket/in.jsonl'] } },
      output_config: { predictions_format: 'jsonl', gcs_destination: { output_uri_prefix: 'gs://bucket/out' } },
    });
    expect(job).toMatchObject({ displayName: 'x', state: 'JOB_STATE_PENDING', modelParameters: {} });
    expect(job.name).not.toBe('BP_JOB_NAME');
    expect(job.createTime).not.toMatch(/^2020/);
  });

  it.each([
    ['regional', '/v1/projects/acme/locations/us-central1'],
    ['global', '/v1/projects/acme/locations/global'],
    ['v1beta1', '/v1beta1/projects/acme/locations/europe-west4'],
    ['base path', '/env/emulated/v1/projects/acme/locations/us-central1'],
    ['project number', '/v1/projects/998877/locations/us-central1'],
  ])('59: works at a %s address', async (_what, parent) => {
    const bench = new EmulatorBench();
    const job = await bench.json('POST', `${parent}/batchPredictionJobs`, aJobBody());
    expect(await bench.json('GET', `${parent}/batchPredictionJobs/${job.name.split('/').at(-1)}`)).toEqual(job);
  });

  it('takes fields of v1beta1 there alone', async () => {
    const body = aJobBody({ modelMonitoringConfig: { analysisInstanceSchemaUri: 'gs://b/o' } });
    const bench = new EmulatorBench();
    expect((await bench.call('POST', `/v1beta1/${PARENT}/batchPredictionJobs`, body)).status).toBe(200);
    expect((await bench.call('POST', JOBS, body)).status).toBe(400);
  });

  it.each([
    ['projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro'],
    ['publishers/google/models/gemini-1.0-pro-002@default'],
    ['projects/p/locations/us-central1/models/123456@2'],
  ])('66: takes the model %s and echoes it', async (model) => {
    expect((await new EmulatorBench().create({ model })).model).toBe(model);
  });

  it('knows the models that it is told', async () => {
    const bench = new EmulatorBench({ scenario: { models: ['gemini-2.*'] } });
    expect((await bench.call('POST', JOBS, aJobBody())).status).toBe(200);
    const other = aJobBody({ model: 'publishers/google/models/gemini-9' });
    expect((await bench.call('POST', JOBS, other)).status).toBe(404);
  });

  it('refuses an unknown model at once', async () => {
    expect(await refusalOf(aJobBody({ model: 'publishers/google/models/gemini-does-not-exist' }))).toEqual({
      code: 404,
      message: 'The PublisherModel gemini-does-not-exist does not exist.',
      status: 'NOT_FOUND',
    });
  });

  it('refuses an unknown field and says where', async () => {
    const inputConfig = { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://b/o'], uri: 'x' } };
    const description =
      'Invalid JSON payload received. Unknown name "uri" at \'batch_prediction_job.input_config.gcs_source\': Cannot find field.';
    expect(await refusalOf(aJobBody({ inputConfig }))).toEqual({
      code: 400,
      message: description,
      status: 'INVALID_ARGUMENT',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'batch_prediction_job.input_config.gcs_source', description }],
        },
      ],
    });
  });

  it.each([
    ['a body that is no JSON', '{', /Invalid JSON payload/],
    [
      '61: the page’s placeholder inputSource',
      aJobBody({ inputConfig: { inputSource: {} } }),
      /Unknown name "inputSource"/,
    ],
    ['61: the page’s trailing comma', '{"displayName": "x",}', /Invalid JSON payload/],
    ['a wrapped job', { batchPredictionJob: aJobBody() }, /Unknown name "batchPredictionJob"/],
    ['no displayName', aJobBody({ displayName: undefined }), /displayName/],
    ['a long displayName', aJobBody({ displayName: 'x'.repeat(129) }), /128/],
    [
      'a displayName of another type',
      aJobBody({ displayName: 7 }),
      /Invalid value at 'batch_prediction_job.display_name' \(TYPE_STRING\), 7/,
    ],
    ['no outputConfig', aJobBody({ outputConfig: undefined }), /outputConfig/],
    ['no uris', aJobBody({ inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [] } } }), /uris/],
    [
      'bigquery format for files',
      aJobBody({ inputConfig: { instancesFormat: 'bigquery', gcsSource: { uris: ['gs://b/o'] } } }),
      /instancesFormat "bigquery"/,
    ],
    [
      'bigquery format for a directory',
      aJobBody({ outputConfig: { predictionsFormat: 'bigquery', gcsDestination: { outputUriPrefix: 'gs://b/o' } } }),
      /predictionsFormat "bigquery"/,
    ],
    [
      '57: jsonl format for a table',
      aJobBody({ inputConfig: { instancesFormat: 'jsonl', bigquerySource: { inputUri: 'bq://p.d.t' } } }),
      /instancesFormat "jsonl" does not fit bigquerySource/,
    ],
    [
      'jsonl format for a table of answers',
      aJobBody({ outputConfig: { predictionsFormat: 'jsonl', bigqueryDestination: { outputUri: 'bq://p.d.t' } } }),
      /predictionsFormat "jsonl" does not fit bigqueryDestination/,
    ],
    [
      'a dataset as input',
      aJobBody({ inputConfig: { instancesFormat: 'bigquery', bigquerySource: { inputUri: 'bq://p.d' } } }),
      /Invalid BigQuery URI "bq:\/\/p.d"/,
    ],
    [
      'files and a table at once',
      aJobBody({
        inputConfig: {
          instancesFormat: 'jsonl',
          gcsSource: { uris: ['gs://b/o'] },
          bigquerySource: { inputUri: 'bq://p.d.t' },
        },
      }),
      /Only one of gcsSource and bigquerySource/,
    ],
    [
      'an endpoint for a model',
      aJobBody({ model: 'projects/p/locations/l/endpoints/1' }),
      /Invalid model resource name/,
    ],
    ['a label in capitals', aJobBody({ labels: { Stage: 'x' } }), /Invalid label key: "Stage"/],
    ['a label value with a space', aJobBody({ labels: { stage: 'a b' } }), /Invalid label value/],
    ['a long label', aJobBody({ labels: { stage: 'x'.repeat(65) } }), /Invalid label value/],
    ['a service account', aJobBody({ serviceAccount: 'x@y' }), /serviceAccount is not supported/],
  ])('refuses %s', async (_what, body, message) => {
    const error = await refusalOf(body);
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(error.message).toMatch(message);
  });

  it('refuses a tuned model at the global address', async () => {
    const body = aJobBody({ model: 'projects/p/locations/global/models/7' });
    expect((await refusalOf(body, 'projects/acme/locations/global')).message).toMatch(/Tuned models are not supported/);
  });
});

describe('authorization', () => {
  it('refuses a call without a token, and an API key', async () => {
    const bench = new EmulatorBench();
    const anonymous = await bench.emulator.fetch(new Request(`http://emulator.test${JOBS}`));
    expect(anonymous.status).toBe(401);
    expect(await anonymous.json()).toMatchObject({ error: { status: 'UNAUTHENTICATED' } });
    const byKey = new Request(`http://emulator.test${JOBS}`, { headers: { 'x-goog-api-key': 'k' } });
    expect((await bench.emulator.fetch(byKey)).status).toBe(400);
  });
});

describe('get', () => {
  it('knows a job by project id and number, in its own location only', async () => {
    const bench = new EmulatorBench();
    const { name } = await bench.create();
    const id = name.split('/').at(-1);
    expect((await bench.call('GET', `${JOBS}/${id}`)).status).toBe(200);
    expect((await bench.call('GET', `/v1/${name}`)).status).toBe(200);
    const elsewhere = await bench.call('GET', `/v1/projects/acme/locations/global/batchPredictionJobs/${id}`);
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
  });

  it.each([
    ['?$alt=json;enum-encoding=int', 2],
    ['?%24alt=json%3Benum-encoding%3Dint', 2],
    ['?alt=json', 'JOB_STATE_PENDING'],
  ])('encodes enums as %s asks', async (query, state) => {
    const bench = new EmulatorBench();
    const { name } = await bench.create();
    expect((await bench.json<{ state: unknown }>('GET', `/v1/${name}${query}`)).state).toBe(state);
  });
});

describe('an address that is no call', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v2/projects/p/locations/l/batchPredictionJobs'],
    ['PATCH', `${JOBS}/1`],
    ['POST', `${JOBS}/1:pause`],
  ])('answers %s %s with 404 in the form of Google', async (method, path) => {
    const response = await new EmulatorBench().call(method, path, method === 'GET' ? undefined : {});
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
  });
});

describe('list', () => {
  async function list(bench: EmulatorBench, query: Record<string, string> = {}) {
    const search = new URLSearchParams(query).toString();
    const page = await bench.json<{ batchPredictionJobs?: JobJson[]; nextPageToken?: string }>(
      'GET',
      `${JOBS}?${search}`,
    );
    return { ...page, names: (page.batchPredictionJobs ?? []).map((job) => String(job['displayName'])) };
  }

  async function withJobs(...names: string[]): Promise<EmulatorBench> {
    const bench = new EmulatorBench();
    for (const displayName of names) await bench.create({ displayName });
    return bench;
  }

  it('pages through all jobs of a location, the newest first, and through no others', async () => {
    const bench = await withJobs('1', '2', '3', '4', '5');
    await bench.create({ displayName: 'elsewhere' }, 'projects/acme/locations/global');
    await bench.create({ displayName: 'other project' }, 'projects/other/locations/us-central1');
    const first = await list(bench, { pageSize: '2' });
    expect(first.names).toEqual(['5', '4']);
    await bench.create({ displayName: '6' });
    const second = await list(bench, { pageSize: '2', pageToken: first.nextPageToken ?? '' });
    expect(second.names).toEqual(['3', '2']);
    const third = await list(bench, { pageSize: '2', pageToken: second.nextPageToken ?? '', readMask: 'name' });
    expect(third).toMatchObject({ names: ['1'] });
    expect(third).not.toHaveProperty('nextPageToken');
  });

  it('is an empty object without jobs', async () => {
    expect(await new EmulatorBench().json('GET', JOBS)).toEqual({});
  });

  it('refuses a token and a size that are none', async () => {
    const bench = new EmulatorBench();
    expect((await bench.call('GET', `${JOBS}?pageToken=x`)).status).toBe(400);
    expect((await bench.call('GET', `${JOBS}?pageSize=-1`)).status).toBe(400);
  });

  it('lags, loses pages and ignores labels when the scenario says so', async () => {
    const bench = await withJobs('1', '2', '3');
    bench.emulator.setScenario({ listing: { lagMs: 50 } });
    expect((await list(bench)).names).toEqual([]);
    await bench.emulator.advance(51);
    expect((await list(bench)).names).toEqual(['3', '2', '1']);
    bench.emulator.setScenario({ listing: { missingPages: [1] } });
    const hollow = await list(bench, { pageSize: '2' });
    expect(hollow.names).toEqual([]);
    expect((await list(bench, { pageSize: '2', pageToken: hollow.nextPageToken ?? '' })).names).toEqual(['1']);
    bench.emulator.setScenario({ listing: { ignoresLabels: true } });
    expect((await list(bench, { filter: 'labels.a=b AND display_name="1"' })).names).toEqual(['1']);
  });

  describe('with a filter', () => {
    const filters: readonly [filter: string, found: string[]][] = [
      ['', ['my job 2', 'my_job_1', 'other "x"']],
      ['display_name="my_job_1"', ['my_job_1']],
      ['display_name = my_job_1', ['my_job_1']],
      ['display_name!="my_job_1"', ['my job 2', 'other "x"']],
      ['display_name:"my*"', ['my job 2', 'my_job_1']],
      ['display_name:"*job*"', ['my job 2', 'my_job_1']],
      [String.raw`display_name="other \"x\""`, ['other "x"']],
      ['NOT display_name="my_job_1"', ['my job 2', 'other "x"']],
      ['-display_name="my_job_1"', ['my job 2', 'other "x"']],
      ['labels.stage=prod', ['my_job_1']],
      ['labels.stage="prod"', ['my_job_1']],
      ['labels.stage:*', ['my job 2', 'my_job_1']],
      ['labels.stage!=prod', ['my job 2', 'other "x"']],
      ['labels.run-id:*', ['my_job_1']],
      ['state="JOB_STATE_PENDING"', ['my job 2', 'my_job_1', 'other "x"']],
      ['state!="JOB_STATE_PENDING"', []],
      ['model_display_name="gemini-2.5-flash"', ['my job 2', 'my_job_1', 'other "x"']],
      ['create_time>"2021-05-18T00:00:00Z"', ['my job 2', 'my_job_1', 'other "x"']],
      ['create_time<2021-05-18T00:00:00+02:00', []],
      ['labels.stage=prod AND display_name="my_job_1"', ['my_job_1']],
      ['labels.stage=prod display_name="my_job_1"', ['my_job_1']],
      ['labels.stage=prod OR display_name="other \\"x\\""', ['my_job_1', 'other "x"']],
      ['(labels.stage=prod OR labels.stage=test) AND NOT (display_name:"my_*")', ['my job 2']],
      ['display_name:"my*" AND labels.stage=prod OR labels.stage=test', ['my job 2', 'my_job_1']],
    ];

    it.each(filters)('%s finds %j', async (filter, found) => {
      const bench = new EmulatorBench();
      await bench.create({ displayName: 'my_job_1', labels: { stage: 'prod', 'run-id': 'r1' } });
      await bench.create({ displayName: 'my job 2', labels: { stage: 'test' } });
      await bench.create({ displayName: 'other "x"' });
      expect((await list(bench, { filter })).names.sort()).toEqual(found);
    });

    it('tells jobs apart by creation to the microsecond', async () => {
      const bench = await withJobs('1', '2', '3');
      const { batchPredictionJobs } = await list(bench);
      const time = batchPredictionJobs?.[1]?.createTime ?? '';
      expect((await list(bench, { filter: `create_time="${time}"` })).names).toEqual(['2']);
      expect((await list(bench, { filter: `create_time>="${time}"` })).names).toEqual(['3', '2']);
      expect((await list(bench, { filter: `create_time!="${time}"` })).names).toEqual(['3', '1']);
      expect((await list(bench, { filter: `create_time<=${time}` })).names).toEqual(['2', '1']);
    });

    it('reads spaces written as +', async () => {
      const bench = await withJobs('x y', 'z');
      const page = await bench.json<{ batchPredictionJobs: JobJson[] }>(
        'GET',
        `${JOBS}?filter=state%3DJOB_STATE_PENDING+AND+display_name%3D%22x+y%22`,
      );
      expect(page.batchPredictionJobs.map((job) => job['displayName'])).toEqual(['x y']);
    });

    it.each([
      'displayName="x"',
      'display_name',
      'display_name=',
      'display_name<"x"',
      'state:"JOB*"',
      'create_time>"yesterday"',
      'labels.a>b',
      '(display_name="x"',
      'display_name="x" AND',
      'display_name="x',
    ])('refuses %s', async (filter) => {
      const response = await new EmulatorBench().call('GET', `${JOBS}?${new URLSearchParams({ filter }).toString()}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
    });
  });
});

describe('what the emulator remembers', () => {
  it('tells every call with its status', async () => {
    const bench = new EmulatorBench();
    const job = await bench.run([aRow('x')]);
    await bench.call('POST', `/v1/${job.name}:cancel`, {});
    await bench.call('GET', '/nowhere');
    const seen = bench.emulator.calls().map(({ call, status }) => [call, status]);
    expect(seen).toEqual([
      ['create', 200],
      ['get', 200],
      ['cancel', 400],
      ['unknown', 404],
    ]);
  });

  it('tells every job with rows, billing and files', async () => {
    const bench = new EmulatorBench();
    await bench.run([aRow('x'), aRow('[[bad-request]]')], { labels: { a: 'b' } });
    expect(bench.emulator.jobs()).toMatchObject([
      {
        state: 'JOB_STATE_SUCCEEDED',
        labels: { a: 'b' },
        rows: { input: 2, successful: 1, failed: 1, billed: 1 },
        deleted: false,
      },
    ]);
  });
});
