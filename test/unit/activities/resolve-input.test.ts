import { describe, expect, test } from 'vitest';
import { resolveInput } from '../../../src/activities/resolve-input';
import type { Sources } from '../../../src/rows/sources';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessRest } from '../../../src/gateways/access-rest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { GatewayError } from '../../../src/gateways/gateway-error';
import type { ObjectStore, StoredObject } from '../../../src/gateways/object-store';
import { readJson } from '../../../src/rows/commits';
import { planUri } from '../../../src/rows/plan';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { anAttempt, aRun, aStore, storeWith } from '../../support/input-side';

async function resolve(store: ObjectStore, ...input: string[]) {
  const resolved = await resolveInput({ store, tables: new TableStoreMemory() }, { run: aRun(), input }, anAttempt());
  return { resolved, sources: await readJson<Sources>(store, resolved.sourcesUri) };
}

async function urisOf(objects: readonly string[], ...input: string[]): Promise<string[]> {
  const store = await aStore(Object.fromEntries(objects.map((uri) => [uri, '{}\n'])));
  return (await resolve(store, ...input)).sources.files.map(({ uri }) => uri);
}

describe('resolveInput', () => {
  test('notes what each object is now, and cuts it into ranges', async () => {
    const store = await aStore({ 'gs://acme/in.jsonl': '{}\n' });
    const { resolved, sources } = await resolve(store, 'gs://acme/in.jsonl');
    const { uri, generation, size, crc32c, updated } = (await store.find('gs://acme/in.jsonl'))!;
    expect(sources).toEqual({
      files: [{ uri, generation, size, crc32c, updated }],
      ranges: [{ file: 0, from: 0, to: 3 }],
    });
    expect(resolved).toMatchObject({ files: 1, bytes: 3, ranges: 1 });
    expect(resolved.sourcesUri).toMatch(
      /^gs:\/\/acme\/answers\/summaries\/3fa94c1e\/work\/execution-1\/sources-[0-9a-f]{16}\.json$/,
    );
  });

  test.each([
    ['gs://acme/in/*.jsonl', ['gs://acme/in/a.jsonl', 'gs://acme/in/b.jsonl']],
    ['gs://acme/in/**.jsonl', ['gs://acme/in/a.jsonl', 'gs://acme/in/b.jsonl', 'gs://acme/in/deep/c.jsonl']],
    ['gs://acme/**/c.jsonl', ['gs://acme/in/deep/c.jsonl']],
    ['gs://acme/in/?.jsonl', ['gs://acme/in/a.jsonl', 'gs://acme/in/b.jsonl']],
    ['gs://acme/in/a.*', ['gs://acme/in/a.jsonl']],
    ['gs://acme/*/a.jsonl', ['gs://acme/in/a.jsonl']],
  ])('%s matches as Cloud Storage matches', async (pattern, matched) => {
    const objects = [
      'gs://acme/in/',
      'gs://acme/in/a.jsonl',
      'gs://acme/in/axjsonl',
      'gs://acme/in/b.jsonl',
      'gs://acme/in/deep/c.jsonl',
    ];
    expect(await urisOf(objects, pattern)).toEqual(matched);
  });

  test('characters that mean something elsewhere mean themselves', async () => {
    const objects = ['gs://acme/a+(1)[x].$1/ü 1.jsonl', 'gs://acme/aa1x.1/ü 1.jsonl'];
    expect(await urisOf(objects, 'gs://acme/a+(1)[x].$1/ü ?.jsonl')).toEqual([objects[0]]);
  });

  test('keeps the order given, then that of names, and counts an object once', async () => {
    const objects = ['gs://acme/a.jsonl', 'gs://acme/b.jsonl', 'gs://acme/z.jsonl'];
    expect(await urisOf(objects, 'gs://acme/z.jsonl', 'gs://acme/*.jsonl', 'gs://acme/a.jsonl')).toEqual([
      'gs://acme/z.jsonl',
      'gs://acme/a.jsonl',
      'gs://acme/b.jsonl',
    ]);
  });

  test('leaves out what the run itself wrote, and takes what was uploaded for it', async () => {
    const { directory } = aRun();
    const objects = [`${directory}input/a.jsonl`, `${directory}results/part-1.jsonl`, 'gs://acme/b.jsonl'];
    expect(await urisOf(objects, 'gs://acme/**.jsonl')).toEqual([`${directory}input/a.jsonl`, 'gs://acme/b.jsonl']);
  });

  test('leaves out empty objects among others', async () => {
    const store = await aStore({ 'gs://acme/a.jsonl': '', 'gs://acme/b.jsonl': '{}\n' });
    expect((await resolve(store, 'gs://acme/*.jsonl')).sources.files.map(({ uri }) => uri)).toEqual([
      'gs://acme/b.jsonl',
    ]);
  });

  test('puts small files into one range', async () => {
    const store = await aStore(
      Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`gs://acme/${n}.jsonl`, '{}\n'])),
    );
    expect((await resolve(store, 'gs://acme/*.jsonl')).resolved).toMatchObject({ files: 300, ranges: 1 });
  });

  test('a second attempt writes nothing new; a changed input has a name of its own', async () => {
    const store = await aStore({ 'gs://acme/in.jsonl': '{}\n' });
    const first = await resolve(store, 'gs://acme/in.jsonl');
    const generation = (await store.find(first.resolved.sourcesUri))!.generation;
    expect(await resolve(store, 'gs://acme/in.jsonl')).toEqual(first);
    expect((await store.find(first.resolved.sourcesUri))!.generation).toBe(generation);
    await store.write('gs://acme/in.jsonl', '{ }\n');
    expect((await resolve(store, 'gs://acme/in.jsonl')).resolved.sourcesUri).not.toBe(first.resolved.sourcesUri);
  });

  test.each([
    [
      'gs://acme/none.jsonl',
      'InputNotFound',
      'input gs://acme/none.jsonl does not exist; check the name and that the worker may list the bucket',
    ],
    [
      'gs://acme/none/*',
      'InputNotFound',
      'input gs://acme/none/* matches no object; check the name and that the worker may list the bucket',
    ],
    [
      'gs://acme/empty.jsonl',
      'InvalidInput',
      'input gs://acme/empty.jsonl is empty: every object found has 0 bytes; set allowEmptyInput where that is no error',
    ],
    [
      'bq://acme.prompts.today',
      'InputNotFound',
      'Input bq://acme.prompts.today does not exist; check project, dataset and table, and whether it had an expiration time.',
    ],
    ['gs://acme', 'InvalidRequest', 'input must be gs://bucket/name, with * for many objects, got "gs://acme"'],
    ['prompts.jsonl', 'InvalidRequest', 'input must be gs://bucket/name, with * for many objects, got "prompts.jsonl"'],
    [
      'gs://acme/in/',
      'InvalidRequest',
      'input gs://acme/in/ is a folder; write gs://acme/in/*.jsonl for the objects in it',
    ],
  ])('refuses %s with what to do', async (input, type, message) => {
    const store = await aStore({ 'gs://acme/empty.jsonl': '' });
    await expect(resolve(store, input)).rejects.toMatchObject({ name: 'BatchError', type, message });
  });

  test('takes an input without a row where that is allowed, but no name that nothing has', async () => {
    const store = await aStore({ 'gs://acme/empty.jsonl': '' });
    const allowing = (...input: string[]) =>
      resolveInput({ store, tables: new TableStoreMemory() }, { run: aRun(), input, allowEmpty: true }, anAttempt());
    for (const input of ['gs://acme/empty.jsonl', 'gs://acme/none/*']) {
      expect(await allowing(input)).toMatchObject({ files: 0, bytes: 0, ranges: 0 });
    }
    await expect(allowing('gs://acme/none.jsonl')).rejects.toMatchObject({ type: 'InputNotFound' });
  });

  test('refuses compressed objects, which the service would read as they are', async () => {
    const store = await aStore({ 'gs://acme/in.jsonl': 'x' });
    const compressed = storeWith(store, {
      find: async (uri: string): Promise<StoredObject> => ({ ...(await store.find(uri))!, contentEncoding: 'gzip' }),
    });
    await expect(resolve(compressed, 'gs://acme/in.jsonl')).rejects.toMatchObject({
      type: 'InvalidInput',
      message:
        'gs://acme/in.jsonl is stored with contentEncoding gzip; upload it uncompressed, the service reads plain JSONL',
    });
  });

  test('a failure of the store stays what it is', async () => {
    const store = await aStore({});
    const failing = storeWith(store, {
      find: () => Promise.reject(new GatewayError('permission', 'no')),
    });
    await expect(resolve(failing, 'gs://acme/in.jsonl')).rejects.toMatchObject({
      name: 'GatewayError',
      kind: 'permission',
    });
  });
});

describe('rights that a run needs before it spends anything', () => {
  const NEEDS = { project: 'acme', output: 'gs://acme/answers/' };
  const input = ['gs://acme/in.jsonl'];
  const TABLE = 'bq://acme.prompts.today';

  /** A store of tables whose rows can't be read yet. */
  class LockedTables extends TableStoreMemory {
    isLocked = true;

    override readRows(...call: Parameters<TableStoreMemory['readRows']>) {
      if (this.isLocked) throw new GatewayError('permission', 'No.');
      return super.readRows(...call);
    }
  }

  async function resolving(access: Scenario['access'], faults: Scenario['faults'] = [], isRequired = true) {
    const emulator = createEmulator({ scenario: { ...(access && { access }), faults } });
    emulator.blobs.createBucket('acme');
    const endpoint = 'http://emulator.test';
    const tokens = new AccessTokensFixed();
    const fetch = (request: Request) => emulator.fetch(request);
    const preflight = {
      access: new AccessRest({ tokens, endpoint, storageEndpoint: endpoint, bigqueryEndpoint: endpoint, fetch }),
      tokens,
      isRequired,
    };
    const store = await aStore({ 'gs://acme/in.jsonl': '{}\n' });
    const tables = new LockedTables();
    tables.put(TABLE, { columns: [{ name: 'request', type: 'JSON', mode: 'NULLABLE' }], rows: [['{}']] });
    const beginning = (from = input) =>
      resolveInput({ store, tables, preflight }, { run: aRun(), input: from, needs: NEEDS }, anAttempt());
    return { emulator, store, tables, beginning };
  }

  test.each([
    [
      { denied: ['aiplatform.batchPredictionJobs.create'] },
      'aiplatform.batchPredictionJobs.create on project acme. Mend it with: gcloud projects add-iam-policy-binding acme',
    ],
    [{ projectRoles: {} }, 'storage.objects.create on gs://acme. Vertex would fail after the work is billed.'],
  ])('are missed at once, and the run goes on when they are given: %j', async (access, message) => {
    const { emulator, beginning } = await resolving(access);
    const error = await beginning().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'permission', message: expect.stringContaining(message) as string });
    emulator.setScenario({});
    expect(await beginning()).toMatchObject({ files: 1 });
  });

  test.each([
    ['nobody answers', undefined, [{ call: '*', times: 99, fault: { kind: 'status', status: 503 } }]],
    ['nobody may look', { denied: ['resourcemanager.projects.get', 'storage.buckets.getIamPolicy'] }, []],
  ] as const)('are no reason to stop where %s', async (_, access, faults) => {
    const { beginning } = await resolving(access, faults);
    expect(await beginning()).toMatchObject({ files: 1 });
  });

  test('are missed on a table before a row of it is copied', async () => {
    const { tables, store, beginning } = await resolving(undefined);
    const error = await beginning([TABLE]).catch((thrown: unknown) => thrown);
    const message = /getData on dataset acme\.prompts\. Mend it with: bq query .* ON SCHEMA `acme`\.prompts/;
    expect(error).toMatchObject({ kind: 'permission', message: expect.stringMatching(message) as string });
    for await (const { uri } of store.list(aRun().directory)) expect.fail(`${uri} was written`);
    tables.isLocked = false;
    expect(await beginning([TABLE])).toMatchObject({ files: 1 });
  });

  test('aren’t looked at where jobs may stand already, or the plugin says not to', async () => {
    const lacking = { denied: ['aiplatform.batchPredictionJobs.create'] };
    const { store, emulator, beginning } = await resolving(lacking);
    await store.write(planUri(aRun()), '{}');
    expect(await beginning()).toMatchObject({ files: 1 });
    expect(emulator.calls()).toEqual([]);
    const off = await resolving(lacking, [], false);
    expect(await off.beginning()).toMatchObject({ files: 1 });
  });
});
