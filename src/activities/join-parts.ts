import { createHash } from 'node:crypto';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, type DataObject, findRecord, nonce } from '../rows/commits';
import { joinObjects, publish } from '../rows/publish';
import type { SettledRecord } from '../rows/records';
import { handlerDirectory } from '../rows/work-paths';
import type { Attempt } from './attempt';
import type { FinishRunInput } from './contract';

/** What a run of several parts wrote for all of them together; what it was made of may be gone. */
interface JoinedRecord {
  readonly errors: DataObject | null;
  readonly deadLetters: DataObject | null;
}

/** The run's one file of errors and one of dead letters: the parts' own, in the order of the parts. A lone part has written them. */
export async function joinParts(
  store: ObjectStore,
  { run, handler, settledUris, partCount = 1 }: FinishRunInput,
  settled: readonly SettledRecord[],
  attempt: Attempt,
): Promise<JoinedRecord> {
  const [first] = settled;
  if (first === undefined) return { errors: null, deadLetters: null };
  if (partCount === 1) return { errors: first.errors, deadLetters: first.deadLetters };
  const { signal } = attempt;
  const digest = createHash('sha256').update(settledUris.toSorted().join('\n')).digest('hex').slice(0, 12);
  const prefix = `${handlerDirectory(run, handler)}joined-${digest}`;
  const standing = await findRecord<JoinedRecord>(store, `${prefix}.json`, { signal });
  if (standing !== undefined) return standing;

  const inOrder = settled.toSorted((one, other) => one.part - other.part);
  const join = async (name: string, objects: readonly (DataObject | null)[]) => {
    attempt.heartbeat();
    const [head, ...tail] = objects.filter((object) => object !== null);
    if (head === undefined) return null;
    const joined = await joinObjects(store, [head, ...tail], `${prefix}-${nonce()}`, { signal });
    return publish(store, joined, `${run.directory}${name}.jsonl`, { signal });
  };
  const errors = await join(
    'errors',
    inOrder.map((part) => part.errors),
  );
  const deadLetters = await join(
    'dead-letters',
    inOrder.map((part) => part.deadLetters),
  );
  return (await commitOnce(store, `${prefix}.json`, { errors, deadLetters }, { signal })).record;
}
