import { isGatewayError } from '../gateways/gateway-error';
import { parseOutputTableUri } from '../gateways/bq-uri';
import { oneLine } from '../gateways/google-error';
import type { TableStore } from '../gateways/table-store';
import type { CallOptions } from '../gateways/vertex-jobs';
import { missing, unknown, untold, type Check } from './check';
import { findOutputDataset } from './output-dataset';
import { grantOnProject } from './remedies';

/** Whether the dataset of an output is there for the caller, and lies where jobs can write it. Rights on what isn't there yet nobody can test. */
export async function checkDataset(
  tables: Pick<TableStore, 'findDataset'>,
  { output, location }: { readonly output: string; readonly location: string | null },
  member: string | null,
  options?: CallOptions,
): Promise<Check> {
  const about = { name: 'bigquery', subject: output } as const;
  try {
    const found = await findOutputDataset(tables, { output, location }, options);
    if (found.kind === 'unnamed')
      return unknown(about, 'the service makes a dataset, if it may; name one to have it looked at');
    if (found.kind === 'absent') return missing(about, 'there is no such dataset', found.remedy);
    if (found.kind === 'elsewhere')
      return missing(
        about,
        `it lies in ${found.location}, and jobs in ${location} write datasets of their own region only`,
        null,
      );
    return unknown(
      about,
      `it is there, in ${found.location}; whether these credentials may read what jobs write there can’t be told`,
    );
  } catch (error) {
    if (!isGatewayError(error, 'permission')) return untold(about, error);
    const { project } = parseOutputTableUri(output);
    return missing(about, oneLine(error.message), grantOnProject(project, member, 'roles/bigquery.dataViewer'));
  }
}
