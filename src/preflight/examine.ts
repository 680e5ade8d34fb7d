import { isInBigQuery } from '../domain/bigquery-uri';
import { requireToken, type AccessTokens } from '../gateways/access-tokens';
import type { CallOptions } from '../gateways/vertex-jobs';
import { isGatewayError } from '../gateways/gateway-error';
import { parseOutputTableUri } from '../gateways/bq-uri';
import { parseGsUri } from '../gateways/gs-uri';
import type { TableStore } from '../gateways/table-store';
import { missing, ok, untold, type Check } from './check';
import { checkBucket, type UsedBucket } from './check-bucket';
import { checkDataset } from './check-dataset';
import { checkServiceAgent } from './check-service-agent';
import { checkServiceAgentOnDataset, type UsedByJobs } from './check-service-agent-on-dataset';
import { checkTable } from './check-table';
import { checkModel, checkVertex, type VertexGateways } from './check-vertex';

export interface ExamineGateways extends VertexGateways {
  readonly tables: TableStore;
  readonly tokens: AccessTokens;
  /** No credentials are sent anywhere: all endpoints are emulators. */
  readonly isEmulated: boolean;
}

/** What a run would use; null where nobody said. */
export interface Examined {
  readonly project: string | null;
  readonly location: string | null;
  /** As a job names it. */
  readonly model: string | null;
  /** `gs://` objects and wildcards, or `bq://` tables. */
  readonly input: readonly string[];
  readonly output: string | null;
  /** `gs://`, where the output is a table. */
  readonly workspace?: string;
}

/** Looks at what a run needs of Google. It changes nothing, costs nothing and throws for bugs only. */
export async function examine(gateways: ExamineGateways, examined: Examined, options?: CallOptions): Promise<Check[]> {
  const { access, tables } = gateways;
  const { project, location, model, output } = examined;
  const [credentials, member] = await checkCredentials(gateways);
  if (credentials.status === 'missing') return [credentials];
  const buckets = usedBuckets(examined);
  const checks: Promise<Check>[] = [];
  if (project !== null && location !== null) {
    checks.push(checkVertex(gateways, { project, location }, member, options));
    if (model !== null) checks.push(checkModel(access, { project, location }, model, options));
  }
  for (const bucket of buckets) checks.push(checkBucket(access, bucket, member, options));
  // what the run keeps beside tables, the service only reads
  const writesFiles = output === null || isObject(output);
  const forService = buckets.map(({ bucket, isOutput }) => ({ bucket, isOutput: isOutput && writesFiles }));
  if (project !== null)
    for (const bucket of forService) checks.push(checkServiceAgent(access, project, bucket, options));
  for (const uri of usedTables(examined)) checks.push(checkTable(tables, { uri, location }, member, options));
  if (output !== null && !writesFiles) checks.push(checkDataset(tables, { output, location }, member, options));
  if (project !== null)
    for (const used of usedByJobs(examined)) checks.push(checkServiceAgentOnDataset(access, project, used, options));
  return [credentials, ...(await Promise.all(checks))];
}

async function checkCredentials({ tokens, isEmulated }: ExamineGateways): Promise<[Check, string | null]> {
  if (isEmulated) return [ok({ name: 'credentials', subject: 'none' }, 'an emulator needs none'), null];
  const member = (await tokens.getMember?.()) ?? null;
  const about = {
    name: 'credentials',
    subject: member?.replace(/^\w+:/, '') ?? 'of a person, or of a source that doesn’t say',
  } as const;
  try {
    await requireToken(tokens);
    return [ok(about, 'a token was given'), member];
  } catch (error) {
    if (isGatewayError(error, 'unauthenticated')) {
      return [missing({ ...about, subject: 'none' }, error.message, 'gcloud auth application-default login'), null];
    }
    return [untold(about, error), member];
  }
}

/** Each bucket once; one that is written is read as well. */
function usedBuckets({ input, output, workspace = '' }: Examined): UsedBucket[] {
  const outputs = [...new Set([output ?? '', workspace].filter(isObject).map(bucketOf))];
  const inputs = input.filter(isObject).map(bucketOf);
  return [
    ...outputs.map((bucket) => ({ bucket, isOutput: true })),
    ...[...new Set(inputs)]
      .filter((bucket) => !outputs.includes(bucket))
      .map((bucket) => ({ bucket, isOutput: false })),
  ];
}

function isObject(uri: string): boolean {
  return uri.startsWith('gs://');
}

function bucketOf(uri: string): string {
  return parseGsUri(uri).bucket;
}

/** Where a bare project is named, the service makes the dataset. */
function usedByJobs(examined: Examined): UsedByJobs[] {
  const { output } = examined;
  const writesDataset = output !== null && !isObject(output) && parseOutputTableUri(output).dataset !== null;
  return [
    ...usedTables(examined).map((uri) => ({ uri, permission: 'bigquery.tables.getData' as const })),
    ...(writesDataset ? [{ uri: output, permission: 'bigquery.tables.create' as const }] : []),
  ];
}

function usedTables({ input }: Examined): string[] {
  return [...new Set(input.filter(isInBigQuery))];
}
