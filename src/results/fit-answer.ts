import type { ResultRow } from '../rows/result-row';
import { describeIssues, type StandardSchemaV1 } from '../standard-schema';

/** The answer's JSON as a schema gives it. @throws {TypeError} naming the row when it doesn't fit */
export async function fitAnswer<Output>(schema: StandardSchemaV1<unknown, Output>, row: ResultRow): Promise<Output> {
  const result = await schema['~standard'].validate(answerOf(row));
  if (result.issues === undefined) return result.value;
  throw misfit(row, describeIssues(result.issues));
}

function answerOf(row: ResultRow): unknown {
  try {
    return JSON.parse(row.text) as unknown;
  } catch (error) {
    throw misfit(row, `it is not JSON: ${(error as Error).message}`);
  }
}

function misfit({ key, source }: ResultRow, why: string): TypeError {
  const remedy = 'mend the schema, or read without one and look at text';
  return new TypeError(
    `The answer to row ${key} (${source.uri}:${source.line}) does not fit the schema: ${why}; ${remedy}`,
  );
}
