import type { AcceptedRequest } from '../domain/accepted-request';
import { asDirectory } from '../domain/as-directory';
import { isInBigQuery } from '../domain/bigquery-uri';
import { parseOutputTableUri, parseTableUri } from '../gateways/bq-uri';
import type { BatchRequest } from '../messages';

type AcceptedOutput = Pick<AcceptedRequest, 'output' | 'outputTable'>;
/** {@link AcceptedOutput} as its fields are taken out of a request. */
interface OutputFields {
  readonly output: string;
  readonly outputTable: string | undefined;
}
type AcceptedLoads = Pick<AcceptedRequest, 'resultsTable' | 'errorsTable' | 'deadLettersTable'>;
type GivenLoads = AcceptedLoads & GivenOutput;
type GivenOutput = Pick<BatchRequest, 'output' | 'workspace'>;

/** Where a run keeps its files, and where its jobs write if that is BigQuery. @throws {TypeError} for a pair that doesn't go together */
export function acceptOutput({ output, workspace }: GivenOutput): AcceptedOutput {
  if (!isInBigQuery(output)) {
    if (workspace === undefined) return { output: asDirectory(output) };
    throw new TypeError(
      `workspace goes with an output to BigQuery, and the output is ${output}, where the run's own files go as well; leave workspace out, got ${workspace}`,
    );
  }
  checkTable(output);
  if (workspace !== undefined) return { output: asDirectory(workspace), outputTable: output };
  throw new TypeError(
    `workspace must be a URI such as gs://bucket/work/ where output is ${output}: the run's own files and the results need a bucket`,
  );
}

/** Which tables get what the run has written. @throws {TypeError} for what is no table, or for one table for both */
export function acceptLoads({ output, workspace = output, ...given }: GivenLoads): AcceptedLoads {
  const { resultsTable, errorsTable, deadLettersTable } = given;
  for (const [field, uri] of Object.entries({ resultsTable, errorsTable, deadLettersTable })) {
    if (uri === undefined) continue;
    assertTable(field, uri, field === 'deadLettersTable' ? parseOutputTableUri : parseTableUri);
    if (/\/\/.*\/\//.test(workspace))
      throw new TypeError(
        `${field} can't be loaded from ${workspace}: load jobs of BigQuery read no URI with // in its path`,
      );
  }
  if (resultsTable !== undefined && resultsTable === errorsTable)
    throw new TypeError(`errorsTable must be another table than resultsTable, got ${errorsTable} for both`);
  return {
    ...(resultsTable !== undefined && { resultsTable }),
    ...(errorsTable !== undefined && { errorsTable }),
    ...(deadLettersTable !== undefined && { deadLettersTable }),
  };
}

/** The way back. */
export function givenOutput({ output, outputTable }: OutputFields): GivenOutput {
  return outputTable === undefined ? { output } : { output: outputTable, workspace: output };
}

function assertTable(field: string, uri: string, parse: (uri: string) => unknown): void {
  try {
    parse(uri);
  } catch (error) {
    throw new TypeError(`${field} must be a table such as bq://project.dataset.table, got ${uri}`, { cause: error });
  }
}

function checkTable(output: string): void {
  try {
    parseOutputTableUri(output);
  } catch (error) {
    throw new TypeError(
      `output must be gs://bucket/prefix/, or bq://project, bq://project.dataset or bq://project.dataset.table, got ${output}`,
      { cause: error },
    );
  }
}
