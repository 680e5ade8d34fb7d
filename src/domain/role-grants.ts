/** Who has a role by a policy. */
interface Binding {
  readonly role: string;
  readonly members: readonly string[];
  readonly isConditional: boolean;
}

/** Whether policies give a member a permission; `unclear` says what stands in the way of telling. */
export type Grant =
  | { readonly kind: 'granted'; readonly role: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly why: string };

const READ = ['storage.objects.get', 'storage.objects.list'];
const ALL = [...READ, 'storage.objects.create', 'storage.objects.delete'];
const READ_TABLES = ['bigquery.tables.get', 'bigquery.tables.getData'];
const ALL_OF_TABLES = [...READ_TABLES, 'bigquery.tables.create'];
const LEGACY_WRITE = ['storage.objects.list', 'storage.objects.create', 'storage.objects.delete'];

/**
 * What Google's own roles hold of the permissions on objects and tables that a job needs. Source: the answers of `roles.get` that
 * iann0036/iam-dataset keeps, and for the legacy roles the page of `StorageRoles` in Google's Java client, November 2026.
 */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  'roles/aiplatform.serviceAgent': [...ALL, ...ALL_OF_TABLES],
  'roles/bigquery.admin': ALL_OF_TABLES,
  'roles/bigquery.dataEditor': ALL_OF_TABLES,
  'roles/bigquery.dataOwner': ALL_OF_TABLES,
  'roles/bigquery.dataViewer': READ_TABLES,
  'roles/bigquery.user': [],
  'roles/storage.admin': ALL,
  'roles/storage.objectAdmin': ALL,
  'roles/storage.objectUser': ALL,
  'roles/storage.objectCreator': ['storage.objects.create'],
  'roles/storage.objectViewer': READ,
  'roles/storage.legacyBucketOwner': LEGACY_WRITE,
  'roles/storage.legacyBucketWriter': LEGACY_WRITE,
  'roles/storage.legacyBucketReader': ['storage.objects.list'],
};

const EVERYBODY: readonly string[] = ['allUsers', 'allAuthenticatedUsers'];

/** What policies say. Roles by way of a group, a folder or an organisation can't be seen in them. */
export function grantOf(permission: string, member: string, bindings: readonly Binding[]): Grant {
  const held = bindings.filter(({ members }) => members.some((one) => one === member || EVERYBODY.includes(one)));
  const giving = held.filter(({ role }) => ROLES[role]?.includes(permission) === true);
  const granted = giving.find(({ isConditional }) => !isConditional);
  if (granted !== undefined) return { kind: 'granted', role: granted.role };
  const [conditional] = giving;
  if (conditional !== undefined) return { kind: 'unclear', why: `it has ${conditional.role} under a condition` };
  const strange = held.find(({ role }) => !(role in ROLES));
  if (strange === undefined) return { kind: 'absent' };
  return { kind: 'unclear', why: `it has ${strange.role}, which may hold ${permission} or not` };
}
