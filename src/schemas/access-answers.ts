import { z } from 'zod';
import type { RoleBinding } from '../gateways/access';

const tested = z.object({ permissions: z.array(z.string()).default([]) });
const project = z.object({ projectNumber: z.coerce.string().regex(/^\d+$/) });
const bucket = z.object({ location: z.string(), projectNumber: z.coerce.string() });
const policy = z.object({
  bindings: z
    .array(z.object({ role: z.string(), members: z.array(z.string()).default([]), condition: z.unknown().optional() }))
    .default([]),
});

/** `TestIamPermissionsResponse`, of any of Google's APIs. */
export function fromTestedPermissions(json: unknown): readonly string[] {
  return tested.parse(json).permissions;
}

export function fromProject(json: unknown): string {
  return project.parse(json).projectNumber;
}

export function fromBucket(json: unknown): { readonly location: string; readonly projectNumber: string } {
  return bucket.parse(json);
}

/** `google.iam.v1.Policy`. */
export function fromPolicy(json: unknown): readonly RoleBinding[] {
  return policy.parse(json).bindings.map(({ role, members, condition }) => ({
    role,
    members,
    isConditional: condition !== undefined && condition !== null,
  }));
}
