import { z } from 'zod';
import type { ReprocessRequest } from '../messages';
import { durationMs } from './duration';
import { problemsOf } from './request-problems';

const HANDLER_RULE = 'must be the name of a handler, or {"name", "taskQueue"}';
const MANIFEST_RULE = 'must be the URI of a manifest, such as gs://bucket/answers/run/3fa94c1e/manifest.json';

const PASS_RULE = 'must be a name of 1 to 40 letters, digits, _ or -';

const text = (rule: string) => z.string(rule).min(1, rule);

const reprocessRequestSchema = z.strictObject(
  {
    manifest: z
      .string(MANIFEST_RULE)
      .regex(/^gs:\/\/[^/]+\/([^\p{Cc}\p{Cs}]+\/)?[^/\p{Cc}\p{Cs}]+\.json$/u, MANIFEST_RULE),
    handler: z
      .union(
        [
          text(HANDLER_RULE),
          z.strictObject(
            { name: text(HANDLER_RULE).optional(), taskQueue: text(HANDLER_RULE).optional() },
            HANDLER_RULE,
          ),
        ],
        HANDLER_RULE,
      )
      .optional(),
    deadline: z.union([z.string(), z.number()], 'must be a duration such as "7d"').optional(),
    pass: z
      .string(PASS_RULE)
      .regex(/^[A-Za-z0-9_-]{1,40}$/, PASS_RULE)
      .optional(),
  },
  'must be an object with at least manifest',
);

export interface AcceptedReprocessRequest {
  readonly manifest: string;
  /** null: the handler that the manifest names. */
  readonly handlerName: string | null;
  readonly deadlineMs: number;
  /** null: one of its own. */
  readonly pass: string | null;
}

/** Fills defaults in. Throws a `TypeError` that names each field at fault, its value and the remedy. */
export function acceptReprocessRequest(request: unknown): AcceptedReprocessRequest {
  const parsed = reprocessRequestSchema.safeParse(request, { reportInput: true });
  if (!parsed.success) throw new TypeError(problemsOf(parsed.error.issues, { fieldsAt: knownFieldsAt }).join('; '));
  const { manifest, handler, deadline = '7d', pass = null } = parsed.data as ReprocessRequest;
  const handlerName = (typeof handler === 'string' ? handler : handler?.name) ?? null;
  return { manifest, handlerName, deadlineMs: durationMs('deadline', deadline), pass };
}

function knownFieldsAt(path: readonly PropertyKey[]): readonly string[] {
  return path.length === 0 ? Object.keys(reprocessRequestSchema.shape) : ['name', 'taskQueue'];
}
