import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { commitOnce, findRecord, nonce, readJson } from '../../../src/rows/commits';
import { aStore, storeWith } from '../../support/input-side';

const uri = 'gs://acme/record.json';

describe('a commit record', () => {
  test('is the first that was written, for everyone', async () => {
    const store = await aStore({});
    const attempts = await Promise.all([1, 2, 3].map((attempt) => commitOnce(store, uri, { attempt })));
    expect(attempts.filter(({ adopted }) => !adopted)).toHaveLength(1);
    expect(new Set(attempts.map(({ record }) => record.attempt)).size).toBe(1);
    expect(await findRecord(store, uri)).toEqual(attempts[0]!.record);
  });

  test('is looked for without an error', async () => {
    expect(await findRecord(await aStore({}), uri)).toBeUndefined();
  });

  test('a failure to write is not taken for a standing record', async () => {
    const failing = storeWith(await aStore({ [uri]: '{}' }), {
      write: () => Promise.reject(new GatewayError('unavailable', 'no')),
    });
    await expect(commitOnce(failing, uri, {})).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('that isn’t JSON names its place', async () => {
    await expect(readJson(await aStore({ [uri]: '{"a":' }), uri)).rejects.toThrow(
      `${uri} is not the JSON that was written there`,
    );
  });

  test('names data by nonces that don’t meet', () => {
    expect(new Set(Array.from({ length: 1000 }, nonce)).size).toBe(1000);
  });
});
