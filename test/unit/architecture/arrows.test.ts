import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagesLoadedBy, readSources, type SourceFile, type SourceImport } from '../../support/source-imports';

/** What a part of `src`, a folder or a file, may import beside itself. */
interface Arrows {
  /** Parts of ours. */
  readonly ours: readonly string[];
  /** Parts of ours, single files, or packages, of which it may know the types only. */
  readonly types?: readonly string[];
  /** Packages and Node modules; a trailing `*` stands for any end. */
  readonly packages: readonly string[];
}

const NODE = 'node:*';
const GOOGLE = ['@google-cloud/*', 'google-auth-library'];
const INNER = ['domain', 'messages', 'schemas', 'rows', 'gateways', 'run-identity'];
const HANDLERS = ['define-handler', 'standard-schema'];
const LIBRARY = [
  ...INNER,
  ...HANDLERS,
  'activities',
  'preflight',
  'child',
  'client',
  'exported-workflows',
  'plugin',
  'workflows',
];
const APPLICATION = [...LIBRARY, 'index', 'config', 'worker', 'cli', 'collect', 'dev', 'emulator', 'input', 'testing'];

const ARROWS: Readonly<Record<string, Arrows>> = {
  messages: { ours: [], packages: [] },
  domain: { ours: [], types: ['messages'], packages: [] },
  'run-identity': { ours: [], packages: ['node:crypto'] },
  schemas: {
    ours: ['domain', 'messages', 'gateways'],
    packages: ['node:buffer', 'node:crypto', 'zod', '@temporalio/common*'],
  },
  rows: { ours: INNER, types: ['activities/contract', '@temporalio/common'], packages: [NODE] },
  gateways: { ours: ['domain', 'schemas', 'rows'], types: ['messages'], packages: [NODE, ...GOOGLE] },
  preflight: { ours: INNER, packages: [] },
  activities: {
    ours: [...INNER, ...HANDLERS, 'preflight'],
    packages: [NODE, '@temporalio/activity', '@temporalio/common*'],
  },
  workflows: {
    ours: ['domain', 'messages'],
    types: ['activities/contract'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  'standard-schema': { ours: [], packages: [] },
  'define-handler': {
    ours: ['domain'],
    types: ['messages', 'rows', 'standard-schema', '@temporalio/common'],
    packages: [],
  },
  'exported-workflows': { ours: [], packages: ['node:vm'] },
  plugin: { ours: LIBRARY, packages: [NODE, '@temporalio/*'] },
  client: {
    ours: ['domain', 'messages', 'schemas', 'run-identity'],
    types: HANDLERS,
    packages: [NODE, '@temporalio/client', '@temporalio/common*'],
  },
  child: { ours: ['domain', 'messages', 'workflows'], packages: ['@temporalio/workflow', '@temporalio/common'] },
  index: { ours: LIBRARY, packages: [] },
  config: { ours: [...LIBRARY, 'emulator'], packages: [NODE, '@temporalio/*'] },
  worker: { ours: APPLICATION, packages: [NODE, '@temporalio/*'] },
  cli: {
    ours: [...APPLICATION, '../package.json'],
    packages: [NODE, '@temporalio/*', 'ansis', 'cli-progress', 'commander'],
  },
  input: { ours: ['activities', ...INNER], packages: [NODE] },
  collect: { ours: ['activities', ...INNER], packages: [NODE] },
  results: { ours: [...INNER, 'standard-schema'], types: ['activities'], packages: [NODE] },
  dev: { ours: [], packages: [NODE, '@temporalio/client'] },
  emulator: { ours: [], packages: [NODE] },
  testing: {
    ours: ['emulator', 'activities', ...HANDLERS, ...INNER],
    types: ['plugin', '@temporalio/common'],
    packages: [NODE],
  },
};

const sources = readSources(join(__dirname, '../../../src'));
const parts = [...new Set(sources.map((source) => partOf(source.name)))];

function partOf(name: string): string {
  return name.split('/')[0] ?? name;
}

function isAllowed(found: SourceImport): boolean {
  const part = partOf(found.from);
  const arrows = ARROWS[part];
  if (arrows === undefined) return false;
  const target = partOf(found.to);
  if (found.typeOnly && (arrows.types ?? []).some((type) => type === found.to || (found.isOurs && type === target))) {
    return true;
  }
  if (!found.isOurs) return arrows.packages.some((pattern) => matches(pattern, found.to));
  return target === part || arrows.ours.includes(target) || arrows.ours.includes(found.to);
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isGoogle(name: string): boolean {
  return GOOGLE.some((pattern) => matches(pattern, name));
}

function written({ from, to, typeOnly }: SourceImport): string {
  return `${from} ${typeOnly ? '┄types→' : '→'} ${to}`;
}

function filesOf(part: string): SourceFile[] {
  return sources.filter((source) => partOf(source.name) === part);
}

function loadedBy(part: string): string[] {
  return [...new Set(filesOf(part).flatMap((source) => [...packagesLoadedBy(sources, source.name)]))];
}

describe('the arrows between the parts', () => {
  it.each(parts)('%s imports only what it may', (part) => {
    expect(Object.keys(ARROWS), `src/${part} needs a row in the table of arrows`).toContain(part);
    const imports = filesOf(part).flatMap((source) => source.imports);
    expect(imports.filter((found) => !isAllowed(found)).map(written)).toEqual([]);
  });

  it('an adapter knows one of Google’s services', () => {
    const several = filesOf('gateways').filter((source) => {
      const packages = source.imports.map((found) => found.to).filter((name) => name.startsWith('@google-cloud/'));
      return new Set(packages).size > 1;
    });
    expect(several.map((source) => source.name)).toEqual([]);
  });

  it.each(['activities', 'rows', 'schemas', 'domain', 'client', 'child', 'workflows', 'testing'])(
    '%s loads none of Google’s SDKs, by whatever way',
    (part) => expect(loadedBy(part).filter(isGoogle)).toEqual([]),
  );

  it('whoever only starts runs loads no worker', () => {
    const loaded = loadedBy('client').filter((name) => name.startsWith('@temporalio/'));
    expect(loaded.filter((name) => !/^@temporalio\/(client|common)/.test(name))).toEqual([]);
  });

  it.each(['workflows', 'child'])('%s loads nothing that would swell a workflow bundle', (part) => {
    expect(loadedBy(part).filter((name) => !/^@temporalio\/(workflow|common)$/.test(name))).toEqual([]);
  });

  it.each(['testing', 'input', 'results'])(
    '%s, for users’ tests and pipelines, loads nothing of Temporal’s',
    (part) => {
      expect(loadedBy(part).filter((name) => name.startsWith('@temporalio/'))).toEqual([]);
    },
  );

  it.each(['activities', 'gateways', 'rows', 'preflight', 'schemas', 'domain'])(
    '%s takes the time from Temporal, since a worker’s clock may be off',
    (part) => {
      const readers = filesOf(part).filter((source) => source.readsClock);
      const known = ['activities/time-limit', 'activities/server-clock', 'gateways/object-store-memory'];
      expect(readers.map((source) => source.name).filter((name) => !known.includes(name))).toEqual([]);
    },
  );

  it('only configuration, the development servers and the command line’s entry read the environment', () => {
    const readers = sources.filter((source) => source.readsEnvironment).map((source) => source.name);
    expect(readers.filter((name) => !/^(config$|dev\/|cli\/main$)/.test(name))).toEqual([]);
  });
});
