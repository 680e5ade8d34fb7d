import type { Access } from '../gateways/access';
import { isGatewayError } from '../gateways/gateway-error';
import type { CallOptions } from '../gateways/vertex-jobs';

/** The account by which Vertex AI reads and writes what a project's jobs name. */
export async function serviceAgentOf(access: Access, project: string, options?: CallOptions): Promise<string> {
  return `service-${await access.projectNumber(project, options)}@gcp-sa-aiplatform.iam.gserviceaccount.com`;
}

/** What the caller may see of it: `undefined` where it may not look. */
export async function policyOf<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isGatewayError(error, 'permission', 'not-found')) return undefined;
    throw error;
  }
}

/** Says whose policies couldn't be read, each with the right that it takes. */
export function hiddenText(hidden: readonly string[]): string {
  return `these credentials may not read the policy of ${hidden.join(' and ')}`;
}
