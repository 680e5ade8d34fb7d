import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inScratchDirectory, withLock } from '../../src/dev/server-cache';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
/** What a build reads and what npm packs beside it. */
const INPUTS = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'LICENSE', 'scripts', 'src'];

/**
 * Packs a copy of this checkout as `npm pack` does on a clean clone, build included, and gives the tarball's path. The same
 * sources are packed once, and the checkout's own `dist` is left alone.
 */
export async function packedPackage(): Promise<string> {
  const directory = join(ROOT, 'node_modules/.cache/packed-package');
  const tarball = join(directory, `temporal-vertex-batch-${await hashOfInputs()}.tgz`);
  await withLock(
    tarball,
    () => {},
    async () => {
      if (!existsSync(tarball)) await pack(tarball);
    },
  );
  return tarball;
}

/** Paths in a tarball, relative to the package. */
export async function packedFiles(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  return stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}

/** The text of one file in a tarball. */
export async function packedFile(tarball: string, path: string): Promise<string> {
  const { stdout } = await run('tar', ['-xzOf', tarball, `package/${path}`], { maxBuffer: 2 ** 24 });
  return stdout;
}

async function pack(tarball: string): Promise<void> {
  await inScratchDirectory(tarball, async (scratch) => {
    // below a node_modules the compiler takes our JSON for another package's, and leaves it out
    const checkout = await mkdtemp(join(tmpdir(), 'vertex-batch-checkout-'));
    try {
      for (const input of presentInputs()) await cp(join(ROOT, input), join(checkout, input), { recursive: true });
      await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
      await run('npm', ['pack', '--loglevel=error', '--pack-destination', scratch], { cwd: checkout });
    } finally {
      await rm(checkout, { recursive: true, force: true });
    }
    const packed = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
    await rename(join(scratch, packed ?? 'no tarball'), tarball);
  });
}

/** Also of how they are packed. */
async function hashOfInputs(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(__filename));
  for (const input of presentInputs()) {
    for (const file of await filesOf(input))
      hash
        .update(file)
        .update('\0')
        .update(await readFile(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function presentInputs(): string[] {
  return INPUTS.filter((input) => existsSync(join(ROOT, input)));
}

async function filesOf(input: string): Promise<string[]> {
  if (!['scripts', 'src'].includes(input)) return [input];
  const entries = await readdir(join(ROOT, input), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}
