import type { Handlers } from '../define-handler';
import { commitOnce, findRecord, nonce, readJson } from '../rows/commits';
import { metadataOf } from '../rows/metadata';
import { loadPartIndex } from '../rows/part-index-stored';
import { readPlan } from '../rows/plan';
import { inTurns } from '../rows/in-turns';
import { linesOfRange, readRangeBytes } from '../rows/ranges';
import type { CollectRecord, JobOutputs } from '../rows/records';
import { loadRequestHashes } from '../rows/request-hashes';
import { withScanner } from '../rows/skim/scanners';
import { LineSkimmer } from '../rows/skim/skimmed-lines';
import { directoryOf, rangeRecordUri } from '../rows/work-paths';
import { writtenOnce } from '../rows/written-once';
import type { Attempt, RowGateways } from './attempt';
import type { CollectedRange, CollectRangeInput } from './contract';
import { handlerOf } from './handler-of';
import { RangeCollector } from './range-collector';

const SUFFIX = { results: '.jsonl', errors: '.jsonl', entries: '.rows' } as const;

/** Joins, classifies and writes the rows that begin in one range of a job's output, once. */
export async function collectRange(
  { store, handlers }: RowGateways & { readonly handlers: Handlers },
  input: CollectRangeInput,
  attempt: Attempt,
): Promise<CollectedRange> {
  const { signal } = attempt;
  const roundUri = directoryOf(input.outputsUri);
  const recordUri = rangeRecordUri(roundUri, input.range);
  const standing = await findRecord<CollectRecord>(store, recordUri, { signal });
  if (standing !== undefined) return summaryOf(standing);

  const handler = input.handler === null ? null : handlerOf(handlers, input.handler.name);
  const { planUri, outputsUri, run } = input;
  const plan = await writtenOnce(store, run.execution, planUri, () => readPlan(store, planUri, { signal }));
  const outputs = await writtenOnce(store, run.execution, outputsUri, () =>
    readJson<JobOutputs>(store, outputsUri, { signal }),
  );
  const range = outputs.ranges[input.range];
  const file = range && outputs.files[range.file];
  if (!range || !file) throw new RangeError(`${input.outputsUri} has no range ${input.range}`);

  const index = await loadPartIndex(store, plan, input.part);
  return await withScanner(async (scanner) => {
    const collector = new RangeCollector({
      scanner,
      index,
      round: input.round,
      schema: handler?.schema ? { name: input.handler?.name ?? '', schema: handler.schema } : null,
      hashes: () => loadRequestHashes(store, plan, input.part, index, { signal, log: attempt.log }),
      metadata: (row) => metadataOf(store, index, plan.keys.field, row, { signal, log: attempt.log }),
      store,
      nameOf: (what) => `${recordUri.slice(0, -'.json'.length)}-${nonce()}-${what}${SUFFIX[what]}`,
    });
    const skimmer = new LineSkimmer(scanner, linesOfRange(range));
    const place = { file, ordinal: range.file, endedWell: outputs.endedWell };
    try {
      for await (const chunk of inTurns(readRangeBytes(store, file, range, { reuseMemory: true, signal }))) {
        signal.throwIfAborted();
        attempt.heartbeat();
        skimmer.give(chunk);
        for (let line = skimmer.next(); line !== undefined; line = skimmer.next()) {
          const waiting = collector.add(line, place);
          if (waiting === undefined) continue;
          await waiting;
          attempt.heartbeat();
        }
        if (skimmer.isDone) break;
      }
      const last = skimmer.last();
      if (last !== undefined) await collector.add(last, place);
      const { record } = await commitOnce(store, recordUri, await collector.close(), { signal });
      return summaryOf(record);
    } finally {
      await collector.abandon();
    }
  });
}

function summaryOf({ rows, answered, blocked, failed }: CollectRecord): CollectedRange {
  return { rows, answered, blocked, failed };
}
