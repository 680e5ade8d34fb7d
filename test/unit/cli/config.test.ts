import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfig, readTemporalTarget } from '../../../src/config';

/** Keeps the tests from the machine's own temporal.toml. */
const NO_FILE = { TEMPORAL_CONFIG_FILE: join(tmpdir(), 'no-such-temporal.toml') };

describe('readConfig', () => {
  it('takes defaults from an empty environment, and empty values for unset ones', () => {
    const defaults = {
      taskQueue: 'vertex-batch',
      project: null,
      location: null,
      handlers: null,
      prices: null,
      searchAttributes: false,
      endpoints: { trustedHosts: [] },
      uiUrl: null,
    };
    expect(readConfig({})).toEqual(defaults);
    expect(readConfig({ VERTEX_BATCH_TASK_QUEUE: '', GOOGLE_CLOUD_PROJECT: ' ', VERTEX_BATCH_EMULATOR: '' })).toEqual(
      defaults,
    );
  });

  it('lets one emulator stand for all services, and each service have an endpoint of its own', () => {
    const { endpoints } = readConfig({
      VERTEX_BATCH_EMULATOR: 'http://127.0.0.1:8085/',
      VERTEX_BATCH_STORAGE_ENDPOINT: 'https://storage.acme.internal:8443',
      VERTEX_BATCH_TRUSTED_HOSTS: 'storage.acme.internal:8443, other',
    });
    expect(endpoints).toEqual({
      api: 'http://127.0.0.1:8085',
      storage: 'https://storage.acme.internal:8443',
      bigquery: 'http://127.0.0.1:8085',
      trustedHosts: ['storage.acme.internal:8443', 'other'],
    });
  });

  it.each([
    ['GOOGLE_CLOUD_PROJECT', 'My Project', 'a project id such as'],
    ['GOOGLE_CLOUD_LOCATION', 'Europe', 'a region such as us-central1, or global'],
    ['VERTEX_BATCH_EMULATOR', '127.0.0.1:8085', 'http'],
    ['VERTEX_BATCH_API_ENDPOINT', 'https://evil.example', 'VERTEX_BATCH_TRUSTED_HOSTS'],
    ['VERTEX_BATCH_TRUSTED_HOSTS', 'https://acme', 'a list of hosts'],
    ['VERTEX_BATCH_SEARCH_ATTRIBUTES', 'yes', 'true or false'],
    ['VERTEX_BATCH_UI_URL', 'localhost:8233', 'the URL of the Temporal UI'],
  ])('%s=%s is refused by name, value and remedy', (name, value, remedy) => {
    const read = () => readConfig({ [name]: value });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(name);
    expect(read).toThrow(value);
    expect(read).toThrow(remedy);
  });
});

describe('readTemporalTarget', () => {
  it('finds a local server where nothing is said', async () => {
    expect(await readTemporalTarget({}, NO_FILE)).toEqual({
      address: '127.0.0.1:7233',
      namespace: 'default',
      connection: { address: '127.0.0.1:7233' },
    });
  });

  it('takes Temporal’s own variables, and flags before them', async () => {
    const environment = {
      ...NO_FILE,
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_NAMESPACE: 'ml',
      TEMPORAL_API_KEY: 'key',
    };
    expect(await readTemporalTarget({}, environment)).toMatchObject({
      address: 'temporal:7233',
      namespace: 'ml',
      connection: { apiKey: 'key', tls: true },
    });
    expect(await readTemporalTarget({ address: 'other:1', namespace: 'dev' }, environment)).toMatchObject({
      address: 'other:1',
      namespace: 'dev',
      connection: { address: 'other:1' },
    });
  });

  it('reads a profile of temporal.toml', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'temporal.toml');
    writeFileSync(file, '[profile.prod]\naddress = "prod:7233"\nnamespace = "ml-prod"\n');
    const environment = { TEMPORAL_CONFIG_FILE: file };
    expect(await readTemporalTarget({ profile: 'prod' }, environment)).toMatchObject({
      address: 'prod:7233',
      namespace: 'ml-prod',
    });
    await expect(readTemporalTarget({ profile: 'stage' }, environment)).rejects.toThrow(/profile "stage".*TEMPORAL_/s);
  });

  it.each(['http://temporal:7233', 'temporal/', 'a b'])('refuses the address %s', async (address) => {
    await expect(readTemporalTarget({ address }, NO_FILE)).rejects.toThrow('--address must be host:port');
    await expect(readTemporalTarget({}, { ...NO_FILE, TEMPORAL_ADDRESS: address })).rejects.toThrow(
      'TEMPORAL_ADDRESS must be host:port',
    );
  });
});
