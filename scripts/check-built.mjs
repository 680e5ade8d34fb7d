import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Validates a row with what `npm run build` wrote. Unit tests run the sources as modules of ECMAScript, and the package
// is CommonJS: a mistake that only shows there, like a variable named `exports`, would otherwise wait for the slow tests.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const request = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'validate', '-'], {
  input: `${JSON.stringify({ key: 'row-1', request })}\n`,
  stdio: ['pipe', 'ignore', 'inherit'],
});
