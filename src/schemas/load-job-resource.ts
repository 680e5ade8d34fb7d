import { z } from 'zod';
import { parseTableUri } from '../gateways/bq-uri';
import { GatewayError } from '../gateways/gateway-error';
import type { LoadJobState, NewLoadJob } from '../gateways/load-jobs';

/** `Job` of BigQuery's API, v2, as far as it is used. */
const loadJob = z.object({
  status: z.object({
    state: z.string(),
    errorResult: z.object({ reason: z.string().default('unknown'), message: z.string().default('') }).nullish(),
  }),
  statistics: z
    .object({
      load: z.object({ outputRows: z.union([z.string(), z.number()]).transform(Number).default(0) }).nullish(),
    })
    .nullish(),
});

/** The body of `jobs.insert`. */
export function toLoadJob({ project, id, location, sourceUris, table, columns }: NewLoadJob): object {
  const { project: projectId, dataset: datasetId, table: tableId } = parseTableUri(table);
  return {
    jobReference: { projectId: project, jobId: id, location },
    configuration: {
      load: {
        sourceUris,
        sourceFormat: 'NEWLINE_DELIMITED_JSON',
        destinationTable: { projectId, datasetId, tableId },
        ...(columns !== null && { schema: { fields: columns } }),
        createDisposition: columns === null ? 'CREATE_NEVER' : 'CREATE_IF_NEEDED',
        writeDisposition: 'WRITE_APPEND',
        ignoreUnknownValues: true,
      },
    },
  };
}

/** @throws {GatewayError} `unavailable` for what is no job */
export function fromLoadJob(resource: unknown): LoadJobState {
  const parsed = loadJob.safeParse(resource);
  if (!parsed.success)
    throw new GatewayError('unavailable', `BigQuery's answer is no job: ${z.prettifyError(parsed.error)}.`);
  const { status, statistics } = parsed.data;
  if (status.state !== 'DONE') return { kind: 'running' };
  if (status.errorResult != null) return { kind: 'failed', ...status.errorResult };
  return { kind: 'loaded', rows: statistics?.load?.outputRows ?? 0 };
}
