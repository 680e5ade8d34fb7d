import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runIdentity, runOfJob } from '../../src/run-identity';

function identity(workflowId: string, { namespace = 'default', rerun = 0, output = 'gs://acme/answers/' } = {}) {
  return runIdentity({ namespace, workflowId, rerun, output });
}

function pathOf(directory: string): string {
  return directory.split('/').slice(4, -2).join('/');
}

const workflowId = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ minLength: 1, unit: 'binary' }),
  fc
    .array(fc.constantFrom('.', '..', '/', '*', '?', '[a]', '%2F', '%', '\n', '#', '\ud800', 'x', ''), { minLength: 1 })
    .map((parts) => parts.join(''))
    // Temporal refuses an empty id
    .filter((id) => id !== ''),
);

describe('runIdentity', () => {
  // Computed with Python's hashlib and json; a change would hide every run that stands from its next execution.
  it.each([
    ['default', 'summaries/2026-11-22', 0, 'af697fd4a858fb6666e797907eab6d3d', 'summaries/2026-11-22'],
    ['default', 'summaries/2026-11-22', 1, 'b8a459d032698deee9081c2cdd01f172', 'summaries/2026-11-22'],
    ['production', 'größe', 0, '529e5290be3b00d9c70cb3b320c8b42a', 'gr%C3%B6%C3%9Fe'],
  ])('of %s %s rerun %i never changes', (namespace, id, rerun, key, path) => {
    expect(identity(id, { namespace, rerun })).toEqual({
      key,
      directory: `gs://acme/answers/${path}/${key.slice(0, 8)}/`,
    });
  });

  it.each([
    ['a/b', 'a/b'],
    ['a//b', 'a/%00/b'],
    ['/a', '%00/a'],
    ['..', '%2E%2E'],
    ['a/../b', 'a/%2E%2E/b'],
    ['.', '%2E'],
    ['...', '...'],
    ['a*b?[c]', 'a%2Ab%3F%5Bc%5D'],
    ['a b#c%', 'a%20b%23c%25'],
    ['größe', 'gr%C3%B6%C3%9Fe'],
    ["it's (here)!", 'it%27s%20%28here%29%21'],
    ['%00', '%2500'],
  ])('writes the workflow id %s as %s', (id, path) => {
    const { directory, key } = identity(id);
    expect(directory).toBe(`gs://acme/answers/${path}/${key.slice(0, 8)}/`);
  });

  it('keeps every workflow id below its prefix, without wildcards, in printable ASCII', () => {
    fc.assert(
      fc.property(workflowId, (id) => {
        const { directory, key } = identity(id);
        expect(directory.startsWith('gs://acme/answers/')).toBe(true);
        const below = directory.slice('gs://acme/answers/'.length);
        expect(below).toMatch(/^[A-Za-z0-9._~%/-]+\/$/);
        expect(below.endsWith(`/${key.slice(0, 8)}/`)).toBe(true);
        expect(below.split('/').slice(0, -1)).not.toContain('');
        expect(below.split('/').some((segment) => segment === '.' || segment === '..')).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives every namespace, workflow id and rerun a key and a directory of its own', () => {
    const run = fc.record({ id: fc.string({ minLength: 1 }), namespace: fc.string(), rerun: fc.nat(3) });
    fc.assert(
      fc.property(run, run, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const [first, second] = [identity(one.id, one), identity(other.id, other)];
        expect(first.key).not.toBe(second.key);
        expect(first.key).toMatch(/^[0-9a-f]{32}$/);
        expect(pathOf(first.directory) === pathOf(second.directory)).toBe(one.id === other.id);
      }),
    );
  });
});

describe('runOfJob', () => {
  const given = { namespace: 'default', displayName: '' };

  it('finds the run whose key a job carries in the output it was given', () => {
    const places = fc.constantFrom('gs://acme/', 'gs://acme/answers/', 'gs://acme/a/b/c/');
    fc.assert(
      fc.property(workflowId, places, fc.nat(3), (id, output, rerun) => {
        // half a character has no bytes of its own, so no directory can lead back to it
        fc.pre(!/\p{Cs}/u.test(id));
        const { key, directory } = identity(id, { output, rerun });
        const outputUri = `${directory}jobs/${key}-p1-r1-a1/`;
        expect(runOfJob({ ...given, runKey: key, outputUri })).toEqual({ workflowId: id, rerun });
      }),
    );
  });

  it('finds it by the display name where the output is a table', () => {
    const { key } = identity('summaries/2026-11-22', { rerun: 2 });
    const displayName = `summaries/2026-11-22 ${key}-p1-r1-a1`;
    expect(runOfJob({ ...given, runKey: key, outputUri: 'bq://acme.answers.t', displayName })).toEqual({
      workflowId: 'summaries/2026-11-22',
      rerun: 2,
    });
  });

  it.each([
    ['another namespace', { namespace: 'staging' }],
    ['another key', { runKey: '0'.repeat(32) }],
    ['an output that is no directory of ours', { outputUri: 'gs://acme/elsewhere' }],
    ['a directory that was never written so', { outputUri: 'gs://acme/%zz/af697fd4/jobs/x/' }],
    ['no output at all', { outputUri: null }],
  ])('finds none for %s', (_, difference) => {
    const { key, directory } = identity('summaries/2026-11-22');
    const job = { ...given, runKey: key, outputUri: `${directory}jobs/${key}-p1-r1-a1/`, ...difference };
    expect(runOfJob(job)).toBeUndefined();
  });
});
