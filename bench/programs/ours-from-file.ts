import { statSync } from 'node:fs';
import { argv } from 'node:process';
import { DEFAULT_VALIDATION } from '../../src/domain/accepted-validation';
import { validateFiles } from '../../src/rows/validate-file';
import { printMeasured } from './measured';

const [threads, ...paths] = argv.slice(2);
const files = paths.map((path) => ({ uri: path, path, size: statSync(path).size }));

void printMeasured(async () => {
  const options = { threads: Number(threads), keyField: null, validation: DEFAULT_VALIDATION };
  const { merged, errors } = await validateFiles(files, options);
  return { rows: merged.rows, errors };
});
