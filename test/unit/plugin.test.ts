import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineHandler } from '../../src/define-handler';
import { VertexBatchPlugin, type VertexBatchPluginOptions } from '../../src/plugin';

const OUR_WORKFLOWS = join(__dirname, '../../src/workflows/index.ts');
const CACHE = join(__dirname, '../../node_modules/.cache');
const MISSING = /export \* from 'temporal-vertex-batch\/workflows';/;
const BUNDLING_MS = 60_000;

function configured(options: Partial<WorkerOptions>, plugin = new VertexBatchPlugin()): WorkerOptions {
  return plugin.configureWorker({ taskQueue: 'batch', ...options });
}

describe('the plugin on a worker', () => {
  it('adds its activities to the user’s', () => {
    const sendMail = async () => 'sent';
    const { activities } = configured({ activities: { sendMail } });
    expect(activities).toMatchObject({ sendMail });
    expect(Object.keys(activities ?? {}).filter((name) => name !== 'sendMail')).toHaveLength(22);
    expect(Object.keys(activities ?? {}).filter((name) => !name.startsWith('vertexBatch'))).toEqual(['sendMail']);
  });

  it('leaves workflows, interceptors and converters to the user', () => {
    const dataConverter = { payloadConverterPath: '/converter' };
    const interceptors = { workflowModules: ['/interceptors'] };
    const options = configured({ workflowsPath: '/workflows', dataConverter, interceptors });
    expect(options).toMatchObject({ workflowsPath: '/workflows', dataConverter, interceptors });
    expect(configured({})).not.toHaveProperty('interceptors.activity');
    expect(configured({}).workflowsPath).toBeUndefined();
  });

  it('hears a cancel within a second, unless the user says otherwise', () => {
    expect(configured({}).maxHeartbeatThrottleInterval).toBe('1s');
    expect(configured({ maxHeartbeatThrottleInterval: '9s' }).maxHeartbeatThrottleInterval).toBe('9s');
  });

  it('registers once where it is set on connection and worker', () => {
    const plugin = new VertexBatchPlugin();
    const once = configured({}, plugin);
    const twice = plugin.configureWorker(once);
    expect(twice.activities).toBe(once.activities);
    expect(new VertexBatchPlugin().configureWorker(once).activities).toBe(once.activities);
  });
});

describe('the workflows of a worker', () => {
  let directory: string;

  beforeAll(async () => {
    // below the project, so that a bundler finds Temporal's packages from there
    await mkdir(CACHE, { recursive: true });
    directory = await mkdtemp(join(CACHE, 'workflows-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  async function file(name: string, content: string): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  }

  async function bundle(workflowsPath: string, plugins = [new VertexBatchPlugin()]): Promise<string> {
    const logger = new DefaultLogger('ERROR');
    return (await bundleWorkflowCode({ workflowsPath, plugins, logger })).code;
  }

  it.each([
    ['a star', 'star.mjs', `export * from ${JSON.stringify(OUR_WORKFLOWS)};\nexport async function mine() {}`],
    ['a name', 'named.mjs', `export { vertexBatch } from ${JSON.stringify(OUR_WORKFLOWS)};`],
    [
      'what TypeScript makes of a star for CommonJS',
      'common.js',
      `const __exportStar = (from, to) => { for (const name in from) if (name !== 'default') to[name] = from[name]; };
       __exportStar(require(${JSON.stringify(OUR_WORKFLOWS)}), exports);`,
    ],
  ])(
    'are right when they export ours by %s',
    async (_, name, content) => {
      const code = await bundle(await file(name, content));
      expect(() => configured({ workflowBundle: { code } })).not.toThrow();
    },
    BUNDLING_MS,
  );

  it(
    'that forget ours fail with the line to write, bundled by the worker or before',
    async () => {
      const path = await file('forgotten.mjs', 'export async function mine() {}');
      await expect(bundle(path)).rejects.toThrow(MISSING);
      await expect(bundle(path, [new VertexBatchPlugin(), new VertexBatchPlugin()])).rejects.toThrow(MISSING);
      const code = await bundle(path, []);
      expect(() => configured({ workflowBundle: { code } })).toThrow(MISSING);
      const codePath = await file('bundle.js', code);
      expect(() => configured({ workflowBundle: { codePath } })).toThrow(MISSING);
    },
    BUNDLING_MS,
  );

  it('keep the user’s own hook of webpack', () => {
    const plugin = new VertexBatchPlugin();
    const hooked = plugin.configureBundler({
      workflowsPath: '/workflows',
      webpackConfigHook: (config) => ({ ...config, name: 'mine' }),
    });
    const config = hooked.webpackConfigHook?.({});
    expect(config).toMatchObject({ name: 'mine' });
    expect(config?.plugins).toHaveLength(1);
    const again = plugin.configureBundler(hooked).webpackConfigHook?.({});
    expect(again?.plugins).toHaveLength(1);
  });

  it('are left to the worker where they are no bundle that can be read', () => {
    expect(() => configured({ workflowBundle: { code: 'this is no code' } })).not.toThrow();
  });
});

describe('the options of the plugin', () => {
  const handler = defineHandler({ handle: () => undefined });

  it.each<VertexBatchPluginOptions>([
    {},
    { handlers: { saveSummary: handler }, auth: { getAccessToken: async () => 'token' } },
    { endpoints: { api: 'http://127.0.0.1:1', storage: 'http://127.0.0.1:1' }, polling: { initial: 5, max: '1m' } },
    { endpoints: { api: 'https://gateway.acme.test', trustedHosts: ['gateway.acme.test'] }, searchAttributes: true },
    { timeouts: { submit: '4s', handlerGrace: 0 }, concurrency: { collect: 1 }, timeScale: 0.01 },
  ])('may be %o', (options) => {
    expect(() => new VertexBatchPlugin(options)).not.toThrow();
  });

  it.each<[object, string]>([
    [{ handler: {} }, 'VertexBatchPlugin has no option handler, did you mean "handlers"?'],
    [{ polling: { inital: '5s' } }, 'VertexBatchPlugin has no option polling.inital, did you mean "initial"?'],
    [{ endpoints: { vertex: 'http://x' } }, 'VertexBatchPlugin has no option endpoints.vertex'],
    [{ timeouts: { submitMs: 5 } }, 'VertexBatchPlugin has no option timeouts.submitMs, did you mean "submit"?'],
    [
      { concurrency: { validates: 5 } },
      'VertexBatchPlugin has no option concurrency.validates, did you mean "validate"?',
    ],
    [{ polling: '30s' }, 'polling must be an object of initial, max, got "30s"'],
    [
      { polling: { initial: 'soon' } },
      'polling.initial must be a duration such as "30s" or "24h", or a number of milliseconds, got "soon"',
    ],
    [
      { polling: { initial: '1h' } },
      'polling.max must be at least polling.initial, and that at least 1 ms, got 600000 and 3600000 ms',
    ],
    [{ concurrency: { validate: 0 } }, 'concurrency.validate must be a whole number of at least 1, got 0'],
    [{ timeouts: { submit: 0 } }, 'timeouts.submit must be at least 1 ms, got 0'],
    [{ timeScale: -1 }, 'timeScale must be a number of at least 0, got -1'],
    [{ searchAttributes: ['VertexBatchState'] }, 'searchAttributes must be true or false, got ["VertexBatchState"]'],
    [{ auth: {} }, 'auth must be an object with a function getAccessToken, got {}'],
    [
      { handlers: { saveSummary: () => undefined } },
      'handlers.saveSummary must be made with defineHandler, got function',
    ],
    [
      { handlers: { saveSummary: { handle: () => undefined } } },
      'handlers.saveSummary must be made with defineHandler, got object',
    ],
    [
      { endpoints: { api: 'localhost:8080' } },
      'endpoints.api: Endpoint must be a plain http or https URL, got "localhost:8080".',
    ],
    [{ endpoints: { trustedHosts: 'acme.test' } }, 'endpoints.trustedHosts must be a list of hosts, got "acme.test"'],
  ])('are refused where they are %j', (options, message) => {
    expect(() => new VertexBatchPlugin(options)).toThrow(new TypeError(message));
  });

  it('are refused where a token would go to a stranger', () => {
    expect(() => new VertexBatchPlugin({ endpoints: { storage: 'https://acme.test' } })).toThrow(
      /^endpoints.storage: Credentials may not be sent to acme.test/,
    );
  });
});
