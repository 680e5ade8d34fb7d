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
  const key = runKeyOf(run);
  return { key, directory: `${run.output}${objectPath(run.workflowId)}/${key.slice(0, 8)}/` };
}

/** Who created a job, as far as what it carries proves it. */
export interface RunOfJob {
  readonly workflowId: string;
  readonly rerun: number;
}

/** A repeat that was started by hand has a low number. */
const MOST_RERUNS = 1_000;

/**
 * The run of a namespace that has this key. A key can't be read backwards: what the job's output and display name suggest as
 * workflow ids is tried, and only an id that gives the very key is told. `undefined`: another namespace's, or nobody knows.
 */
export function runOfJob(job: {
  readonly runKey: string;
  readonly namespace: string;
  /** `<directory>jobs/<claim>/`, where the output is in a bucket. */
  readonly outputUri: string | null;
  /** `<the workflow id, or what the request says> <claim>` */
  readonly displayName: string;
}): RunOfJob | undefined {
  for (const workflowId of suggestedIds(job)) {
    for (let rerun = 0; rerun <= MOST_RERUNS; rerun++) {
      if (runKeyOf({ namespace: job.namespace, workflowId, rerun }) === job.runKey) return { workflowId, rerun };
    }
  }
  return undefined;
}

function suggestedIds({
  outputUri,
  displayName,
}: {
  readonly outputUri: string | null;
  readonly displayName: string;
}): readonly string[] {
  const named = displayName.replace(/ [^ ]*$/, '');
  const [, path] = /^gs:\/\/[^/]+\/(.+)\/[0-9a-f]{8}\/jobs\/[^/]+\/?$/.exec(outputUri ?? '') ?? [];
  const segments = path === undefined ? [] : path.split('/');
  // where the request's output ends and the id begins can't be seen
  const below = segments.map((_, from) => fromObjectPath(segments.slice(from).join('/')));
  return [...new Set([...below.toReversed(), named])].filter((id) => id !== undefined && id !== '') as string[];
}

function runKeyOf(run: { readonly namespace: string; readonly workflowId: string; readonly rerun: number }): string {
  return createHash('sha256')
    .update(JSON.stringify([run.namespace, run.workflowId, run.rerun]))
    .digest('hex')
    .slice(0, 32);
}

/** Back from {@link objectPath}; `undefined` for what it never writes. */
function fromObjectPath(path: string): string | undefined {
  try {
    return path
      .split('/')
      .map((segment) => (segment === '%00' ? '' : decodeURIComponent(segment)))
      .join('/');
  } catch {
    return undefined;
  }
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
