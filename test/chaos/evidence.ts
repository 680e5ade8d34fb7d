import { CLAIM_LABEL, parseClaimKey } from '../../src/domain/claim-key';
import type { BatchResult } from '../../src/messages';
import { parseTableUri } from '../../src/gateways/bq-uri';
import { deadLettersTableOf } from '../../src/rows/tables/dead-letters-table';
import { runIdentity } from '../../src/run-identity';
import { NAMESPACE, type ChaosWorld } from './chaos-world';
import { loadedTablesOf, WORKSPACE } from './run-kinds';
import type { PlannedRun } from './storm-plan';
import type { RunEvidence } from './verdict';

/** How a run ended for the caller who waited for it. */
export type Ending = { readonly result: BatchResult } | { readonly error: string };

/** Gathers what a run left, at the server, at the service and in the bucket. */
export async function evidenceOf(world: ChaosWorld, run: PlannedRun, ending: Ending): Promise<RunEvidence> {
  const { workflowId, kind } = run;
  const { directory, key } = runIdentity({ namespace: NAMESPACE, workflowId, rerun: 0, output: WORKSPACE });
  const description = await world.client.workflow.getHandle(workflowId).describe();
  const neutral = (lines: readonly string[]) => lines.map((line) => withoutRun(line, directory)).toSorted();
  const { resultsTable, errorsTable, deadLettersTable } = loadedTablesOf(kind, workflowId);
  const ownDeadLetters = deadLettersTable && deadLettersTableOf(deadLettersTable, key);
  const pending = description.raw.pendingActivities ?? [];
  return {
    workflowId,
    kind,
    execution: description.status.name,
    pendingActivities: pending.map(({ activityType, attempt, lastFailure }) =>
      [activityType?.name, `attempt ${attempt}`, lastFailure?.message].filter(Boolean).join(' · '),
    ),
    result: 'result' in ending ? ending.result : await resultOfCancelled(world, directory, description.status.name),
    error: 'error' in ending ? ending.error : null,
    jobs: jobsOf(world, workflowId),
    files: {
      results: neutral(await linesBelow(world, `${directory}results/`)),
      errors: neutral(await linesBelow(world, `${directory}errors.jsonl`)),
      deadLetters: neutral(await linesBelow(world, `${directory}dead-letters.jsonl`)),
    },
    loaded: {
      results: neutral(await rowsOf(world, resultsTable)),
      errors: neutral(await rowsOf(world, errorsTable)),
      deadLetters: neutral(await rowsOf(world, ownDeadLetters)),
    },
    handed: world.handedTo(workflowId),
  };
}

/** A workflow that was cancelled gives its waiter nothing; the manifest has it all. */
async function resultOfCancelled(world: ChaosWorld, directory: string, execution: string): Promise<BatchResult | null> {
  if (execution !== 'CANCELLED') return null;
  const [line] = await linesBelow(world, `${directory}manifest.json`, (content) => [content]);
  return line === undefined ? null : (JSON.parse(line) as { result: BatchResult }).result;
}

function jobsOf(world: ChaosWorld, workflowId: string): RunEvidence['jobs'] {
  const { key } = runIdentity({ namespace: NAMESPACE, workflowId, rerun: 0, output: WORKSPACE });
  return world.google.emulator.jobs().flatMap(({ labels, state, rows }) => {
    const claim = parseClaimKey(labels[CLAIM_LABEL] ?? '');
    return claim?.runKey === key
      ? [{ intent: `p${claim.part}-r${claim.round}`, state, answered: rows.successful }]
      : [];
  });
}

async function linesBelow(
  world: ChaosWorld,
  uri: string,
  split = (content: string) => content.split('\n'),
): Promise<string[]> {
  const { blobs } = world.google.emulator;
  const lines: string[] = [];
  for (const blob of blobs.list('acme', uri.replace('gs://acme/', ''))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of blobs.read(blob)) chunks.push(chunk);
    lines.push(...split(Buffer.concat(chunks).toString('utf8')));
  }
  return lines.filter((line) => line !== '');
}

/** A row of a table is named by its place in the run's own copy. */
function withoutRun(line: string, directory: string): string {
  return line.replaceAll(directory, '<the run>/').replace(COPY_OF_TABLE, '$1.jsonl');
}

const COPY_OF_TABLE = /(<the run>\/input\/[\w.]+)-[0-9a-f]{16}\.jsonl/;

/** Of a table, or of one that isn't there. */
async function rowsOf(world: ChaosWorld, uri: string | undefined): Promise<string[]> {
  const { tables } = world.google.emulator;
  const table = uri === undefined ? undefined : tables.findTable(parseTableUri(uri));
  const rows: string[] = [];
  if (table !== undefined) for await (const { json } of tables.read(table)) rows.push(json);
  return rows;
}
