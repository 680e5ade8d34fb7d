import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesLoadedBy, readSources } from '../../support/source-imports';

describe('reading imports out of sources', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sources-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  it.each([
    [`import { a } from 'one';`, false],
    [`import 'one';`, false],
    [`import type { a } from 'one';`, true],
    [`export * from 'one';`, false],
    [`export type { a } from 'one';`, true],
    [`const a = await import('one');`, false],
    [`const a = require('one');`, false],
    [`const a = require.resolve('one');`, false],
    [`type A = import('one').A;`, true],
  ])('%s', (content, typeOnly) => {
    write('a.ts', content);
    expect(readSources(root)[0]?.imports).toEqual([{ from: 'a', to: 'one', isOurs: false, typeOnly }]);
  });

  it('names our files by their path under the root', () => {
    write('domain/deep/a.ts', `import { b } from '../b';`);
    expect(readSources(root)[0]?.imports).toMatchObject([{ from: 'domain/deep/a', to: 'domain/b', isOurs: true }]);
  });

  it('sees a use of process.env', () => {
    write('a.ts', `export const home = process.env['HOME'];`);
    write('b.ts', `export const title = 'process.env';`);
    expect(readSources(root).map((source) => source.readsEnvironment)).toEqual([true, false]);
  });

  it.each([
    ['const now = Date.now();', true],
    ['const now: () => number = Date.now;', true],
    ['const today = new Date();', true],
    ['const day = new Date(milliseconds);', false],
    ['const since = performance.now();', false],
  ])('sees whether the clock is read in %s', (content, readsClock) => {
    write('a.ts', content);
    expect(readSources(root)[0]?.readsClock).toBe(readsClock);
  });

  it('follows imports at run time, not those of types', () => {
    write('a.ts', `import './b'; import type { c } from './c';`);
    write('b/index.ts', `import 'one'; import '../a';`);
    write('c.ts', `import 'two';`);
    expect([...packagesLoadedBy(readSources(root), 'a')]).toEqual(['one']);
  });
});
