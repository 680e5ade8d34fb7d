import { createHash } from 'node:crypto';

export interface RunIdentity {
  /** 32 hex digits that are the same for every execution of a workflow id, and in every language. */
  readonly key: string;
  /** `gs://…/<workflow id>/<first 8 digits of the key>/` */
  readonly directory: string;
}

/** Where a run keeps its things: known before its first byte is written, and the same after a reset or a new execution. */
export function runIdentity(run: {
  readonly namespace: string;
  readonly workflowId: string;
  readonly rerun: number;
  /** `gs://bucket/prefix/` */
  readonly output: string;
}): RunIdentity {
  const key = createHash('sha256')
    .update(JSON.stringify([run.namespace, run.workflowId, run.rerun]))
    .digest('hex')
    .slice(0, 32);
  return { key, directory: `${run.output}${objectPath(run.workflowId)}/${key.slice(0, 8)}/` };
}

/** A workflow id as a part of an object's name: slashes stay, what could leave the prefix or act as a wildcard doesn't. */
function objectPath(workflowId: string): string {
  return workflowId
    .split('/')
    .map((segment) =>
      /^\.{0,2}$/.test(segment)
        ? encodeDots(segment)
        : encodeURIComponent(segment.replace(/\p{Cs}/gu, '\uFFFD')).replace(/[*'()!]/g, encodeCharacter),
    )
    .join('/');
}

function encodeDots(segment: string): string {
  return segment === '' ? '%00' : segment.replaceAll('.', '%2E');
}

function encodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
