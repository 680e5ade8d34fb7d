import type { Catalog, DatasetName } from '../bigquery/catalog';
import { datasetId } from '../bigquery/catalog';
import type { BigQueryBehaviour } from '../scenario';

/**
 * Why a job of this location can't use the dataset; `undefined` if it can. Datasets must be in the job's region, and the
 * multi-regions US and EU are none. What `global` takes nobody has published.
 */
export function datasetProblem(
  catalog: Catalog,
  name: DatasetName,
  location: string,
  behaviour: BigQueryBehaviour,
): string | undefined {
  const found = catalog.findDataset(name)?.location;
  if (found === location) return undefined;
  if (found !== undefined && location === 'global' && behaviour.globalJobs !== 'refused') return undefined;
  return `Not found: Dataset ${datasetId(name)} was not found in location ${location}`;
}
