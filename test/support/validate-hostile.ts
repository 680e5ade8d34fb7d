import { stat } from 'node:fs/promises';
import { DEFAULT_VALIDATION } from '../../src/domain/accepted-validation';
import { validateFiles } from '../../src/rows/validate-file';

/** `line rule` of each error of a file of rows. */
export async function validateHostile(path: string): Promise<{ errors: number; found: readonly string[] }> {
  const { size } = await stat(path);
  const { errors, problems } = await validateFiles([{ uri: 'hostile.jsonl', path, size }], {
    keyField: null,
    validation: DEFAULT_VALIDATION,
    threads: 1,
  });
  const found = problems.filter(({ severity }) => severity === 'error').map(({ line, rule }) => `${line} ${rule}`);
  return { errors, found };
}
