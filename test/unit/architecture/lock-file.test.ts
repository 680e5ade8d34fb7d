import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly hasInstallScript?: boolean;
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const lock = readRoot('package-lock.json') as LockFile;
const { allowScripts } = readRoot('package.json') as { readonly allowScripts: Readonly<Record<string, boolean>> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

function readRoot(file: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '../../..', file), 'utf8'));
}

describe('package-lock.json', () => {
  it('names the native packages of every platform, without which npm ci refuses it (node scripts/complete-lock.mjs)', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    expect(JSON.stringify(lock)).not.toContain('"resolved":"http');
  });

  it('has a sha512 checksum of every package but natives of platforms that the registry didn’t carry', () => {
    const unchecked = locked.filter(([, { integrity, optional, os }]) =>
      integrity === undefined ? optional !== true || os === undefined : !/^sha512-[\w+/]{86}==$/.test(integrity),
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });
});

describe('allowScripts in package.json', () => {
  it('lets no package run a script when it is installed, and names each that has one', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])));
  });
});
