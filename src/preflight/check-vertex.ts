import type { Access } from '../gateways/access';
import type { CallOptions, VertexJobs, VertexParent } from '../gateways/vertex-jobs';
import { GatewayError, isGatewayError } from '../gateways/gateway-error';
import { oneLine } from '../gateways/google-error';
import { missing, ok, unknown, untold, type Check } from './check';
import { grantOnProject } from './remedies';

const VERBS = ['create', 'get', 'list', 'cancel'] as const;
const PERMISSIONS = VERBS.map((verb) => `aiplatform.batchPredictionJobs.${verb}`);

export interface VertexGateways {
  readonly access: Access;
  readonly jobs: VertexJobs;
}

/** Permissions on jobs that the caller lacks; it costs nothing to ask, and nobody needs a right to. */
export async function lackedPermissions(access: Access, project: string, options?: CallOptions): Promise<string[]> {
  const held = await access.projectPermissions(project, PERMISSIONS, options);
  return PERMISSIONS.filter((permission) => !held.includes(permission));
}

/** Whether the caller may work with jobs in a location, and whether there is such a location. */
export async function checkVertex(
  { access, jobs }: VertexGateways,
  parent: VertexParent,
  member: string | null,
  options?: CallOptions,
): Promise<Check> {
  const about = { name: 'vertex', subject: `${parent.project}, ${parent.location}` } as const;
  const [lacked, listed] = await Promise.all([
    lackedPermissions(access, parent.project, options).catch(asGatewayError),
    firstJob(jobs, parent, options).catch(asGatewayError),
  ]);
  const remedy = grantOnProject(parent.project, member, 'roles/aiplatform.user');
  if (Array.isArray(lacked) && lacked.length > 0)
    return missing(about, `${lacked.join(', ')} on project ${parent.project}`, remedy);
  if (listed !== true)
    return listed.kind === 'permission' ? missing(about, oneLine(listed.message), remedy) : untold(about, listed);
  if (Array.isArray(lacked)) return ok(about, VERBS.join(', '));
  return unknown(about, `it lists jobs; whether it may create them can't be told: ${oneLine(lacked.message)}`);
}

/** Whether Vertex AI knows a model in a location, as far as a look tells: only a create says whether batch jobs take it. */
export async function checkModel(
  access: Access,
  parent: VertexParent,
  model: string,
  options?: CallOptions,
): Promise<Check> {
  const about = { name: 'model', subject: model } as const;
  try {
    await access.findModel(parent, model, options);
    return ok(about, `known in ${parent.location}; whether batch jobs take it, only a create tells`);
  } catch (error) {
    if (isGatewayError(error, 'not-found')) return missing(about, oneLine(error.message), null);
    return untold(about, error);
  }
}

async function firstJob(jobs: VertexJobs, parent: VertexParent, options?: CallOptions): Promise<true> {
  await jobs.list(parent, '', options)[Symbol.asyncIterator]().next();
  return true;
}

function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}
