/** The part of Standard Schema (standardschema.dev) that is used here: zod, valibot, arktype and others provide it. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** `items[0].price: expected number` and so on, a few of them. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  const shown = issues.slice(0, 5).map((issue) => {
    const path = pathOf(issue);
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return issues.length > shown.length
    ? `${shown.join('; ')}; and ${issues.length - shown.length} more`
    : shown.join('; ');
}

function pathOf({ path = [] }: StandardIssue): string {
  return path
    .map((step) => (typeof step === 'object' ? step.key : step))
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
