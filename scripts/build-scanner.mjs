import { readFileSync, writeFileSync } from 'node:fs';
import { main as compileAssemblyScript } from 'assemblyscript/asc';

// Builds the scanners of tools/scanner and embeds them, so that the package needs no other file; with --check only says whether
// what is embedded is what the sources give.
const SCANNERS = [
  { source: 'tools/scanner/skim.ts', target: 'src/rows/skim/scanner-code.ts', name: 'SCANNER_CODE' },
  { source: 'tools/scanner/page.ts', target: 'src/gateways/table-page-code.ts', name: 'TABLE_PAGE_CODE' },
];

for (const { source, target, name } of SCANNERS) {
  const binary = await compile(source);
  const code = `/** WebAssembly of ${source}, in base64; written by \`npm run scanner\`. */
export const ${name} =
  '${Buffer.from(binary).toString('base64')}';
`;
  if (!process.argv.includes('--check')) writeFileSync(target, code);
  else if (readFileSync(target, 'utf8') !== code)
    throw new Error(`${target} is not what ${source} gives: npm run scanner`);
}

async function compile(source) {
  const written = new Map();
  const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--importMemory'];
  const { error } = await compileAssemblyScript([source, '-o', 'scanner.wasm', ...options], {
    writeFile: (name, contents) => void written.set(name, contents),
  });
  if (error) throw new Error(`${source} doesn't compile: ${error.message}`, { cause: error });
  return written.get('scanner.wasm');
}
