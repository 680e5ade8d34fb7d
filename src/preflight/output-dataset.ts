import { parseOutputTableUri } from '../gateways/bq-uri';
import type { TableStore } from '../gateways/table-store';
import type { CallOptions } from '../gateways/vertex-jobs';

/** Where jobs would write their tables, as far as that can be seen. */
export type OutputDataset =
  /** Of a bare project, the service makes the dataset. */
  | { readonly kind: 'unnamed' }
  /** `remedy` is the command that makes it. */
  | { readonly kind: 'absent'; readonly remedy: string }
  /** Jobs write datasets of their own region only. */
  | { readonly kind: 'elsewhere' | 'fits'; readonly location: string };

/**
 * The dataset of an output. Whether a job in `global` writes tables, and where, isn't known: any place fits.
 * @param location the jobs'; null where nobody said
 */
export async function findOutputDataset(
  tables: Pick<TableStore, 'findDataset'>,
  { output, location }: { readonly output: string; readonly location: string | null },
  options?: CallOptions,
): Promise<OutputDataset> {
  const { project, dataset } = parseOutputTableUri(output);
  if (dataset === null) return { kind: 'unnamed' };
  const region = location === 'global' ? null : location;
  const found = await tables.findDataset(`bq://${project}.${dataset}`, options);
  if (found === undefined) {
    const place = region === null ? '' : `--location=${region} `;
    return { kind: 'absent', remedy: `bq ${place}mk --dataset ${project}:${dataset}` };
  }
  const fits = region === null || found.location === region;
  return { kind: fits ? 'fits' : 'elsewhere', location: found.location };
}
