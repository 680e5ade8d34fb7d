import { colorsOf, noColors } from '../../../src/cli/colors';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/cli/command-line';
import { runHere } from '../../support/program';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-program-'));
});

afterAll(() => rm(directory, { recursive: true }));

/** Runs the command line in this process. */
const cli = (words: readonly string[], environment: Host['environment'] = {}, stdin = '') =>
  runHere(words, {
    environment: { TEMPORAL_CONFIG_FILE: join(directory, 'none.toml'), ...environment },
    columns: 100,
    stdin,
  });

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const GOOGLE = { GOOGLE_CLOUD_PROJECT: 'acme', GOOGLE_CLOUD_LOCATION: 'global' };
const RUN = ['run', '--model', 'gemini-2.5-flash', '--output', 'gs://acme/answers'];

describe('help', () => {
  it.each([
    'dev',
    'worker',
    'run',
    'watch',
    'status',
    'result',
    'list',
    'cancel',
    'adopt',
    'resubmit',
    'orphans',
    'rerun',
    'reprocess',
    'validate',
    'collect',
    'doctor',
    'emulator',
  ])('of %s has the common options and an example', async (name) => {
    const { stdout, exitCode } = await cli([name, '--help']);
    expect(stdout).toContain(`$ vertex-batch ${name}`);
    for (const option of ['--address', '--namespace', '--profile', '--task-queue', '--json'])
      expect(stdout).toContain(option);
    expect(exitCode).toBe(0);
  });

  it('without a command goes to stderr, as usage', async () => {
    const { stdout, stderr, exitCode } = await cli([]);
    expect(stdout).toBe('');
    expect(stderr).toContain('Exit codes: 0 done');
    expect(exitCode).toBe(2);
  });
});

describe('bad usage ends with 2, says what is wrong and does nothing', () => {
  it.each([
    ['an unknown command', ['statsu', 'id'], 'Did you mean status?'],
    ['an unknown flag', ['list', '--atention'], 'Did you mean --attention?'],
    ['a missing argument', ['status'], "missing required argument 'id'"],
    ['a count that is none', ['list', '--limit', 'many'], 'a whole number of at least 1'],
    ['a port that is none', ['emulator', '--port', '70000'], 'a port from 0 to 65535'],
    ['a share above 1', [...RUN, '--min-answered', '99'], 'a share from 0 to 1'],
    ['a label without a value', [...RUN, '--label', 'stage'], 'name=value'],
    ['a rule of another name', ['validate', 'x', '--rule', 'rolle=off'], 'did you mean "role"?'],
    ['a rule that stays', ['validate', 'x', '--rule', 'json=off'], 'Rule json stays an error'],
    ['a rule without a severity', ['validate', 'x', '--rule', 'role'], 'name=error, name=warning or name=off'],
    ['another severity', [...RUN, '--rule', 'role=info'], 'may be error, warning, off, got "info"'],
    ['a repair of another name', [...RUN, '--repair', 'spelling,blank-line'], 'did you mean "blank-lines"?'],
    ['another action', ['validate', 'x', '--on-error', 'ignore'], 'Allowed choices are fail, quarantine'],
    ['no thread', ['validate', 'x', '--threads', '0'], 'a whole number of at least 1'],
    ['no thread to collect', ['collect', 'x', '--threads', '0'], 'a whole number of at least 1'],
    ['an input that is not there', ['validate', 'no-such-file.jsonl'], "no-such-file.jsonl doesn't exist"],
    ['an input of another cloud', ['validate', 's3://bucket/x.jsonl'], "s3:// can't be read"],
    [
      'a table as output without a workspace',
      [
        'run',
        '-w',
        'x',
        '--input',
        'gs://acme/in.jsonl',
        '--output',
        'bq://p.d.t',
        '--model',
        'm',
        '--project',
        'acme',
        '--location',
        'us-central1',
      ],
      'workspace must be a URI such as gs://bucket/work/',
    ],
    ['a job that is none', ['adopt', 'id', '4711'], 'JOB must be projects/P/locations/L/batchPredictionJobs/ID'],
    ['an output that is no bucket', ['doctor', '--output', 'answers/'], '--output must be gs://bucket/prefix/'],
    ['a model without its location', ['doctor', '--model', 'gemini-2.5-flash'], '--model takes --location'],
    ['a location that is none', ['doctor', '--project', 'a', '--location', 'x.evil'], 'location must be a region'],
    ['handlers that are not there', ['worker', '--handlers', 'nowhere.js'], "--handlers nowhere.js doesn't exist"],
    [
      'a scenario that is not there',
      ['emulator', '--scenario', 'nowhere.json'],
      "--scenario nowhere.json doesn't exist",
    ],
    ['an address with a scheme', ['list', '--address', 'http://127.0.0.1:7233'], '--address must be host:port'],
    [
      'a request that lacks fields',
      ['run', '--input', 'gs://b/x.jsonl'],
      'lacks model (--model), output (--output), project',
    ],
  ])('%s', async (_, words, text) => {
    const { stdout, stderr, exitCode } = await cli(words);
    expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it.each([
    ['{"durations":{"RUNNING":1}}', 'scenario.durations must be a state'],
    ['{"duration":{}}', 'did you mean durations?'],
    ['nothing', 'JSON'],
  ])('the scenario %s', async (scenario, text) => {
    const { stderr, exitCode } = await cli(['emulator', '--scenario', await file('scenario.json', scenario)]);
    expect(stderr).toContain(text);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['a field of another name', '{"modle":"m"}', 'did you mean "model"?'],
    ['no object', '[1]', 'one JSON object, got an array'],
    ['no JSON', '{', "isn't JSON"],
  ])('a request with %s', async (_, request, text) => {
    const words = [...RUN, await file('request.json', request), '--input', 'gs://b/x.jsonl'];
    const { stderr, exitCode } = await cli(words, GOOGLE);
    expect(stderr).toContain(text);
    expect(exitCode).toBe(2);
  });

  it('a variable of the environment', async () => {
    const { stderr, exitCode } = await cli(['list'], { VERTEX_BATCH_EMULATOR: 'emulator:8085' });
    expect(stderr).toContain('VERTEX_BATCH_EMULATOR');
    expect(exitCode).toBe(2);
  });
});

describe('run --dry-run', () => {
  const row = '{"key":"a","request":{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}}\n';

  it('shows the normalised request with every default, and where files would go', async () => {
    const prompts = await file('prompts.jsonl', row);
    const words = [
      ...RUN,
      '-w',
      'my/run',
      '--input',
      prompts,
      '--label',
      'a=1',
      '--label',
      'b=2',
      '--dry-run',
      '--json',
    ];
    const { stdout, exitCode } = await cli(words, GOOGLE);
    const { result } = JSON.parse(stdout) as { result: { request: { input: string[] }; uploads: object[] } };
    const [uri] = result.request.input;
    expect(uri).toMatch(/^gs:\/\/acme\/answers\/my\/run\/[0-9a-f]{8}\/input\/prompts\.jsonl$/);
    expect(result).toMatchObject({
      workflowId: 'my/run',
      taskQueue: 'vertex-batch',
      estimate: { rows: 1, parts: 1, promptTokens: 3, outputTokens: 256, unboundedRows: 1, cost: { highUsd: null } },
      validation: { valid: true, rows: 1 },
      uploads: [{ from: prompts, to: uri, bytes: row.length }],
      request: {
        project: 'acme',
        location: 'global',
        model: 'publishers/google/models/gemini-2.5-flash',
        labels: { a: '1', b: '2' },
        rounds: 1,
        listingLag: '10m',
        paused: { policy: 'wait', deadline: '24h' },
        deadlines: { queued: '73h', running: '25h' },
      },
    });
    expect(exitCode).toBe(0);
  });

  it('shows a run whose jobs write tables as it could be sent', async () => {
    const places = { output: 'bq://acme.answers.today', workspace: 'gs://acme/work/' };
    const words = ['--output', places.output, '--workspace', 'gs://acme/work', '--input', 'bq://acme.d.prompts'];
    const { stdout, exitCode } = await cli([...RUN, ...words, '--dry-run', '--json'], GOOGLE);
    const { result } = JSON.parse(stdout) as { result: { request: object } };
    expect(result.request).toMatchObject({ ...places, input: ['bq://acme.d.prompts'] });
    expect(result.request).not.toHaveProperty('outputTable');
    const again = await cli(['run', '-', '--dry-run', '--json'], {}, JSON.stringify(result.request));
    expect((JSON.parse(again.stdout) as { result: { request: object } }).result.request).toEqual(result.request);
    expect(exitCode).toBe(0);
  });

  describe('of a run that adopts a job', () => {
    const job = 'projects/123456789012/locations/us-central1/batchPredictionJobs/4711';
    const words = ['run', '--adopt', job, '--model', 'gemini-2.5-flash', '--output', 'gs://acme/answers/', '--dry-run'];

    it('takes project and location from the job’s name, and its input from the job', async () => {
      const { stdout, exitCode } = await cli([...words, '--json'], GOOGLE);
      const { result } = JSON.parse(stdout) as { result: { request: object } };
      expect(result.request).toMatchObject({ project: '123456789012', location: 'us-central1', adopt: { job } });
      expect(Object.keys(result.request)).not.toEqual(expect.arrayContaining(['input']));
      expect(result.request).not.toHaveProperty('validate');
      const again = await cli(['run', '-', '--dry-run', '--json'], {}, JSON.stringify(result.request));
      expect((JSON.parse(again.stdout) as { result: { request: object } }).result.request).toEqual(result.request);
      expect(exitCode).toBe(0);
    });

    it('uploads nothing for it', async () => {
      const { stderr, exitCode } = await cli([...words, '--input', await file('prompts.jsonl', row)], GOOGLE);
      expect(stderr).toContain('has read its input already: leave --input out');
      expect(exitCode).toBe(2);
    });
  });

  it('fails where the estimate is above --max-cost, in a dry run and before an upload', async () => {
    const words = [...RUN, '--input', await file('prompts.jsonl', row), '--max-cost', '0.0001'];
    const dry = await cli([...words, '--dry-run'], GOOGLE);
    expect(dry.stdout).toContain('~$0.000321 of $0.000100');
    expect(dry.stdout).toContain('error[BudgetExceeded] the input is estimated to cost $0.000321');
    expect(dry.exitCode).toBe(1);
    const wet = await cli([...words, '--json'], GOOGLE);
    expect(
      wet.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      expect.objectContaining({ validated: expect.anything() as object }),
      { estimate: expect.objectContaining({ rows: 1 }) as object },
      { result: null },
    ]);
    expect(wet.exitCode).toBe(1);
  });

  it('estimates at the prices that a file has, and the flag’s before the environment’s', async () => {
    const prices = (date: string) =>
      JSON.stringify({ date, models: { 'gemini-2.5-flash': [{ input: 0, output: 1, source: 'contract' }] } });
    const words = [...RUN, '--input', await file('prompts.jsonl', row), '--dry-run'];
    const environment = { ...GOOGLE, VERTEX_BATCH_PRICES: await file('environment.json', prices('2026-01-30')) };
    expect((await cli(words, environment)).stdout).toContain('~$0.000256 (prices of 2026-01-30)');
    const flag = ['--prices', await file('flag.json', prices('2026-01-31'))];
    expect((await cli([...words, ...flag], environment)).stdout).toContain('~$0.000256 (prices of 2026-01-31)');
  });

  it('gives a request that is accepted again, the same', async () => {
    const prompts = await file('prompts.jsonl', row);
    const first = await cli([...RUN, '-w', 'my/run', '--input', prompts, '--dry-run', '--json'], GOOGLE);
    const { request } = (JSON.parse(first.stdout) as { result: { request: Record<string, unknown> } }).result;
    const again = JSON.stringify({ ...request, workflowId: 'my/run', input: prompts });
    const second = await cli(['run', '-', '--dry-run', '--json'], {}, again);
    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  });

  it('numbers files of one name', async () => {
    const other = await mkdtemp(join(directory, 'other-'));
    await writeFile(join(other, 'same.jsonl'), row);
    const words = [...RUN, '--input', await file('same.jsonl', row), join(other, 'same.jsonl'), '--dry-run', '--json'];
    const { result } = JSON.parse((await cli(words, GOOGLE)).stdout) as { result: { request: { input: string[] } } };
    expect(result.request.input.map((uri) => uri.split('/').at(-1))).toEqual(['1-same.jsonl', '2-same.jsonl']);
  });

  it('puts what flags say of validation into the request, over what the file says', async () => {
    const request = {
      input: await file('prompts.jsonl', row),
      validate: { rules: { role: 'off', uri: 'off' }, onError: 'fail' },
    };
    const flags = ['--rule', 'role=warning', '--rule', 'range=off', '--on-error', 'quarantine', '--repair', 'spelling'];
    const words = [...RUN, '-', ...flags, '--repair', 'blank-lines,spelling', '--dry-run', '--json'];
    const { stdout } = await cli(words, GOOGLE, JSON.stringify(request));
    expect(JSON.parse(stdout)).toMatchObject({
      result: {
        request: {
          validate: {
            rules: { role: 'warning', uri: 'off', range: 'off' },
            onError: 'quarantine',
            repair: ['blank-lines', 'spelling'],
          },
        },
      },
    });
  });

  it('goes on where rows that are wrong may be taken out', async () => {
    const words = [...RUN, '--input', await file('some-wrong.jsonl', `${row}{}\n`), '--dry-run'];
    const { stdout, exitCode } = await cli([...words, '--on-error', 'quarantine'], GOOGLE);
    expect(stdout).toMatch(/validated +2 rows · \d+ bytes · 1 error · 1 row taken out/);
    expect(stdout).toContain('would start');
    expect(exitCode).toBe(0);
  });

  it('ends with 1 where the input has errors', async () => {
    const words = [...RUN, '--input', await file('wrong.jsonl', `${row}{}\n`), '--dry-run'];
    const { stdout, exitCode } = await cli(words, GOOGLE);
    expect(stdout).toContain('error[request]');
    expect(stdout).toContain('2 rows, 1 error, 0 warnings. Nothing was uploaded, started or spent.');
    expect(exitCode).toBe(1);
  });
});

describe('validate', () => {
  it('lists at most as many problems as asked for, and counts all', async () => {
    const path = await file('many.jsonl', '{}\n'.repeat(5));
    const { stdout, exitCode } = await cli(['validate', path, '--max-problems', '2', '--json']);
    const report = JSON.parse(stdout) as { problems: object[]; errors: number };
    expect(report.problems).toHaveLength(2);
    expect(report.errors).toBe(5);
    expect(exitCode).toBe(1);
  });

  it('finds a repeated key across files', async () => {
    const row = '{"id":"same","request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}\n';
    const paths = [await file('one.jsonl', row), await file('two.jsonl', row)];
    const { stdout, exitCode } = await cli(['validate', ...paths, '--key-field', 'id', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 2,
      files: [{ rows: 1 }, { rows: 1 }],
      problems: [{ rule: 'key-repeated', uri: paths[1], line: 1 }],
    });
    expect(exitCode).toBe(1);
  });

  it('shows both rows of a conflict, the counts by rule, and the sums', async () => {
    const row = '{"id":"same","request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}\n';
    const path = await file('twice.jsonl', row + row);
    const { stdout } = await cli(['validate', path, '--key-field', 'id']);
    expect(stdout.replaceAll(path, 'twice.jsonl').replace(/\s+unique/, ' unique')).toBe(`\
error[key-repeated] twice.jsonl:2
  the row has the id of twice.jsonl:1; the keyField of a request must be unique
  2 │ {"id":"same","request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}
    │       ^^^^^^ id
    and twice.jsonl:1
  1 │ {"id":"same","request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}
    │       ^^^^^^ id

1 error  key-repeated  the run needs it  docs/validation.md#key-repeated

2 rows, 1 error, 0 warnings.
`);
  });

  it('ends with 0 where a run would start', async () => {
    const row = '{"id":"a","request":{"contents":[{"role":"user","parts":[{"text":"x"}]}]}}\n';
    const path = await file('one-wrong.jsonl', `${row}{}\n`);
    expect(await cli(['validate', path])).toMatchObject({ exitCode: 1 });
    expect(await cli(['validate', path, '--on-error', 'quarantine'])).toMatchObject({ exitCode: 0 });
    const role = await file('role.jsonl', row.replace('user', 'tester'));
    expect(await cli(['validate', role, '--rule', 'role=warning'])).toMatchObject({ exitCode: 0 });
    const all = await file('all-wrong.jsonl', '{}\n');
    expect(await cli(['validate', all, '--on-error', 'quarantine'])).toMatchObject({ exitCode: 1 });
  });

  it('reads stdin once it has all of it', async () => {
    const { stdout, exitCode } = await cli(['validate', '-'], {}, '{"request":{}}\n');
    expect(stdout).toContain('error[contents] <stdin>:1');
    expect(exitCode).toBe(1);
  });

  it('refuses an empty input', async () => {
    const { stderr, exitCode } = await cli(['validate', await file('empty.jsonl', '')]);
    expect(stderr).toContain('is empty');
    expect(exitCode).toBe(2);
  });
});

describe('colours', () => {
  it.each([
    ['none where the output is no terminal', {}, false],
    ['none where NO_COLOR says so', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('are %s', (_, environment, expected) => {
    expect(colorsOf({ isTTY: false }, environment) !== noColors).toBe(expected);
  });

  it('are those of the terminal, and asked for by FORCE_COLOR', () => {
    expect(colorsOf({ isTTY: true }, {})).not.toBe(noColors);
    expect(colorsOf({}, { FORCE_COLOR: '1' })).not.toBe(noColors);
    expect(colorsOf({ isTTY: true }, { FORCE_COLOR: '0' })).toBe(noColors);
  });
});
