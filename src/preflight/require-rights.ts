import type { Access } from '../gateways/access';
import type { AccessTokens } from '../gateways/access-tokens';
import type { StoredTable, TableStore } from '../gateways/table-store';
import type { CallOptions } from '../gateways/vertex-jobs';
import { GatewayError, isGatewayError } from '../gateways/gateway-error';
import { parseGsUri } from '../gateways/gs-uri';
import { checkServiceAgent } from './check-service-agent';
import { grantToRead, lackOn, mayReadRows } from './check-table';
import { lackedPermissions } from './check-vertex';
import { lackedForLoads } from './lacked-for-loads';
import type { NeededTables } from './require-tables';
import { grantOnProject } from './remedies';

export interface RightsGateways {
  readonly access: Access;
  readonly tokens: AccessTokens;
  /** Whether runs look at all. */
  readonly isRequired: boolean;
}

export interface LookGateways extends Pick<RightsGateways, 'access' | 'tokens'> {
  readonly tables: TableStore;
}

/** What a run is about to spend money with. */
export interface NeededRights {
  readonly project: string;
  /** `gs://`, where the run has its files. */
  readonly output: string;
  /** The input, if it is one. */
  readonly table?: StoredTable;
  /** What it writes in BigQuery. @default nothing */
  readonly tables?: NeededTables;
}

/** Looks are worth little waiting: what can't be told by then is found out by doing it. */
const PATIENCE_MS = 5_000;

/**
 * Refuses to go on where a right is known to be missing without which a job would fail, perhaps after it was billed. What
 * can't be told is no reason to stop.
 * @throws {GatewayError} `permission`, with the command that mends it
 */
export async function requireRights(
  { access, tokens, tables }: LookGateways,
  { project, output, table, tables: written }: NeededRights,
  options: CallOptions,
): Promise<void> {
  const patient = { timeoutMs: PATIENCE_MS, ...options };
  const [lacked, agent, readsRows, lackedToLoad] = await Promise.all([
    lackedPermissions(access, project, patient).catch(unlessTold<readonly string[]>([])),
    output.startsWith('gs://')
      ? checkServiceAgent(
          access,
          project,
          { bucket: parseGsUri(output).bucket, isOutput: written?.outputTable === undefined },
          patient,
        )
      : null,
    table === undefined || mayReadRows(tables, table, patient).catch(unlessTold(true)),
    lackedForLoads({ access, tables }, project, written ?? {}, patient).catch(unlessTold(undefined)),
  ]);
  const member = async () => (await tokens.getMember?.()) ?? null;
  if (lacked.length > 0) {
    const remedy = grantOnProject(project, await member(), 'roles/aiplatform.user');
    throw refusal(`${lacked.join(', ')} on project ${project}.`, remedy);
  }
  if (agent?.status === 'missing') throw refusal(`${agent.subject} lacks ${agent.message}`, agent.remedy ?? '');
  if (table !== undefined && !readsRows)
    throw refusal(`${lackOn(table.uri, 'bigquery.tables.getData')}.`, grantToRead(table.uri, await member()));
  if (lackedToLoad !== undefined) throw refusal(`${lackedToLoad.what}.`, lackedToLoad.remedy(await member()));
}

/** What is assumed where nobody could tell. A bug passes. */
function unlessTold<Value>(assumed: Value): (error: unknown) => Value {
  return (error) => {
    if (isGatewayError(error)) return assumed;
    throw error;
  };
}

function refusal(lacking: string, remedy: string): GatewayError {
  return new GatewayError(
    'permission',
    `Rights are missing, and nothing is spent before they are there: ${lacking} Mend it with: ${remedy}`,
    {
      effect: 'never-sent',
    },
  );
}
