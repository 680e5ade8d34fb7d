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

const dataset = z.object({
  access: z
    .array(
      z.object({
        role: z.string().optional(),
        userByEmail: z.string().optional(),
        iamMember: z.string().optional(),
        specialGroup: z.string().optional(),
        condition: z.unknown().optional(),
      }),
    )
    .default([]),
});

/** What the reference of BigQuery's `Dataset` says that its older names stand for. */
const ROLE_OF_OLD_NAME: Readonly<Record<string, string>> = {
  READER: 'roles/bigquery.dataViewer',
  WRITER: 'roles/bigquery.dataEditor',
  OWNER: 'roles/bigquery.dataOwner',
};

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

/** `Dataset` of BigQuery, whose entries name one member each. Views and routines are no members. */
export function fromDatasetAccess(json: unknown): readonly RoleBinding[] {
  return dataset.parse(json).access.flatMap(({ role, condition, ...entry }) => {
    const members = membersOf(entry);
    if (role === undefined || members.length === 0) return [];
    const isConditional = condition !== undefined && condition !== null;
    return [{ role: ROLE_OF_OLD_NAME[role] ?? role, members, isConditional }];
  });
}

function membersOf({ userByEmail, iamMember, specialGroup }: z.infer<typeof dataset>['access'][number]): string[] {
  const kind = userByEmail?.endsWith('gserviceaccount.com') === true ? 'serviceAccount' : 'user';
  return [...(userByEmail === undefined ? [] : [`${kind}:${userByEmail}`]), iamMember, specialGroup].filter(
    (member) => member !== undefined,
  );
}
