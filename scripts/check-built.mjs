import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Looks at what `npm run build` wrote, so that what only shows there needn't wait for the slow tests.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

// TypeScript writes the types that it infers, and before 5.7 these had no argument: users of 5.6 couldn't compile.
const TYPES_WITH_ARGUMENT = /\b(?:\w+Array|DataView|Buffer)<Array(?:Buffer|BufferLike)>/;
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))) {
  const [inferred] = TYPES_WITH_ARGUMENT.exec(readFileSync(join(dist, file), 'utf8')) ?? [];
  if (inferred !== undefined)
    throw new Error(`dist/${file} says ${inferred}: write the type down, without its argument`);
}

// Validates a row. Unit tests run the sources as modules of ECMAScript, and the package is CommonJS: a variable named
// `exports` is a mistake there.
const request = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

execFileSync(process.execPath, [join(dist, 'cli/main.js'), 'validate', '-'], {
  input: `${JSON.stringify({ key: 'row-1', request })}\n`,
  stdio: ['pipe', 'ignore', 'inherit'],
});
