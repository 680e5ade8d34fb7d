import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

// npm links the commands of dependencies, not a project's own: this makes `npx vertex-batch` work in a checkout.
const directory = join('node_modules', '.bin');
const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));

mkdirSync(directory, { recursive: true });
for (const [name, target] of Object.entries(bin)) {
  const link = join(directory, name);
  rmSync(link, { force: true });
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, `@node "%~dp0\\${relative(directory, target)}" %*\r\n`);
    continue;
  }
  symlinkSync(relative(directory, target), link);
  if (existsSync(target)) chmodSync(target, 0o755);
}
