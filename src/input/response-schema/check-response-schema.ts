import { conflictsOf } from '../../rows/shapes/shape-conflicts';
import { ShapeMemory } from '../../rows/shapes/shape-memory';
import { problemsOfValue } from '../../schemas/row-value';
import type { ResponseSchema } from './response-schema';

const MOST_TOLD = 3;

/**
 * Whether a row with this schema passes validation, by itself and in what its parts share of a table.
 * @throws {TypeError} with the first problems, as validation words them
 */
export function checkResponseSchema(responseSchema: ResponseSchema): void {
  const generationConfig = { responseMimeType: 'application/json', responseSchema };
  const row = { request: { contents: [{ role: 'user', parts: [{ text: 'x' }] }], generationConfig } };
  const memory = new ShapeMemory();
  memory.add(row, [0, 0, 0, 0], false);
  const problems = [
    ...problemsOfValue(row, { keyField: null, rules: {} }).map(({ path, message }) => ({ path, message })),
    ...conflictsOf(memory).map(({ at, message }) => ({
      path: at.path,
      message: message.replace(' in an earlier row', ''),
    })),
  ];
  if (problems.length === 0) return;
  const told = problems.slice(0, MOST_TOLD).map(({ path, message }) => `${path}: ${message}`);
  const more = problems.length > MOST_TOLD ? `; and ${problems.length - MOST_TOLD} more` : '';
  throw new TypeError(`toResponseSchema: no job would take this schema. ${told.join('; ')}${more}`);
}
