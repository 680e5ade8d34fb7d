import type { Scenario } from './scenario';

/** One entry of a policy, as Google's APIs write it. */
export interface RoleBinding {
  readonly role: string;
  readonly members: readonly string[];
}

/** Whether the scenario lets the caller do what a permission of Google's is for. */
export function isDenied({ access }: Scenario, permission: string): boolean {
  return access?.denied?.includes(permission) === true;
}

/** What a policy says of a role for each of its members. */
export function bindingsOf(roles: Readonly<Record<string, readonly string[]>>): RoleBinding[] {
  return Object.entries(roles).map(([role, members]) => ({ role, members }));
}

/** The identity by which Vertex AI reads and writes the buckets of a project's jobs. */
export function serviceAgentOf(projectNumber: string): string {
  return `serviceAccount:service-${projectNumber}@gcp-sa-aiplatform.iam.gserviceaccount.com`;
}
