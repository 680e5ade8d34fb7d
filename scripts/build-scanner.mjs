import { readFileSync, writeFileSync } from 'node:fs';
import { main as compileAssemblyScript } from 'assemblyscript/asc';

// Builds the scanner of src/rows/skim from tools/scanner/skim.ts and embeds it, so that the package needs no other file; with
// --check only says whether what is embedded is what the source gives.
const SOURCE = 'tools/scanner/skim.ts';
const TARGET = 'src/rows/skim/scanner-code.ts';

const binary = await compile();
const code = `/** WebAssembly of ${SOURCE}, in base64; written by \`npm run scanner\`. */
export const SCANNER_CODE =
  '${Buffer.from(binary).toString('base64')}';
`;
if (!process.argv.includes('--check')) writeFileSync(TARGET, code);
else if (readFileSync(TARGET, 'utf8') !== code)
  throw new Error(`${TARGET} is not what ${SOURCE} gives: npm run scanner`);

async function compile() {
  const written = new Map();
  const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--importMemory'];
  const { error } = await compileAssemblyScript([SOURCE, '-o', 'skim.wasm', ...options], {
    writeFile: (name, contents) => void written.set(name, contents),
  });
  if (error) throw new Error(`${SOURCE} doesn't compile: ${error.message}`, { cause: error });
  return written.get('skim.wasm');
}
