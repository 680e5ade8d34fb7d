import { bindingsOf, isDenied, serviceAgentOf } from './access';
import { assertAuthorized } from './authorization';
import { GoogleError, jsonResponse } from './google-error';
import type { Scenario } from './scenario';
import type { Projects } from './vertex/projects';

export interface ResourceManagerContext {
  readonly projects: Projects;
  readonly scenario: () => Scenario;
}

const PATH = /\/v[13]\/projects\/(?<project>[^/:]+)(?::(?<verb>\w+))?$/;

/** What Cloud Resource Manager says of projects: their numbers, policies, and what the caller may do. */
export function createResourceManagerRoutes(
  context: ResourceManagerContext,
): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const groups = PATH.exec(decodeURIComponent(new URL(request.url).pathname))?.groups;
    if (groups === undefined) return undefined;
    try {
      assertAuthorized(request);
      return await answer(request, groups['project'] as string, groups['verb'], context);
    } catch (error) {
      if (error instanceof GoogleError) return error.toResponse();
      throw error;
    }
  };
}

async function answer(
  request: Request,
  project: string,
  verb: string | undefined,
  { projects, scenario }: ResourceManagerContext,
): Promise<Response | undefined> {
  const number = projects.numberOf(project);
  switch (`${request.method} ${verb ?? ''}`) {
    case 'GET ':
      assertAllowed(scenario(), 'resourcemanager.projects.get', project);
      return jsonResponse({ projectNumber: number, projectId: project, lifecycleState: 'ACTIVE' });
    case 'POST getIamPolicy':
      assertAllowed(scenario(), 'resourcemanager.projects.getIamPolicy', project);
      return jsonResponse({
        version: 1,
        etag: 'BwXhqDVDF3c=',
        bindings: projectBindings(scenario(), [...new Set([number, ...projects.numbers])]),
      });
    case 'POST testIamPermissions':
      return jsonResponse(tested(scenario(), await request.json()));
    default:
      return undefined;
  }
}

/** All buckets belong to one project: by default each other project's agent has been let in there, too. */
function projectBindings({ access }: Scenario, numbers: readonly string[]) {
  return bindingsOf(access?.projectRoles ?? { 'roles/aiplatform.serviceAgent': numbers.map(serviceAgentOf) });
}

/** Those of the permissions that the caller has; without any, not even the field. */
function tested(scenario: Scenario, body: unknown): object {
  const asked = (body as { permissions?: unknown } | null)?.permissions;
  if (!Array.isArray(asked)) throw new GoogleError('INVALID_ARGUMENT', 'permissions must be a list.');
  const permissions = asked.filter((permission) => !isDenied(scenario, String(permission)));
  return permissions.length > 0 ? { permissions } : {};
}

function assertAllowed(scenario: Scenario, permission: string, project: string): void {
  if (!isDenied(scenario, permission)) return;
  throw new GoogleError(
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '//cloudresourcemanager.googleapis.com/projects/${project}'`,
  );
}
