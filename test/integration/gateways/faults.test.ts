import { describe, expect, it } from 'vitest';
import { isGatewayError } from '../../../src/gateways/gateway-error';
import { FAULTS, PLANTED, SORTS_OF_CALLS, type Ending, type FaultName } from '../../support/fault-table';
import { GatewayBench } from '../../support/gateway-bench';

/** Short where a test waits for it, and long where a busy machine must not look like a stalled network. */
const SHORT_PATIENCE_MS = { jobs: 300, objects: 300, tables: 300, loads: 300, access: 300, tokens: 1000 };
const GATEWAYS = (Object.keys(SHORT_PATIENCE_MS) as (keyof typeof SHORT_PATIENCE_MS)[]).map((gateway) => ({ gateway }));
const LONG_PATIENCE_MS = 30_000;
const BOUND_MS = 10_000;

interface Cell {
  readonly gateway: keyof typeof SHORT_PATIENCE_MS;
  readonly call: string;
  readonly name: FaultName;
  readonly ending: Ending;
}

/** Three bytes a second: never silent for a second, and longer at it than one. */
const TRICKLE = { kind: 'slow', bytesPerSecond: 3 } as const;
const TOO_LONG: Ending = { how: 'fails', kind: 'unavailable', says: 'no answer within 1000 ms.' };
const TRICKLED = [
  { gateway: 'objects', call: 'read', ending: { how: 'unharmed' } },
  { gateway: 'jobs', call: 'get', ending: TOO_LONG },
  { gateway: 'tables', call: 'readLines', ending: TOO_LONG },
  { gateway: 'loads', call: 'find', ending: TOO_LONG },
  { gateway: 'access', call: 'bucket', ending: TOO_LONG },
] as const;

const cells: readonly Cell[] = SORTS_OF_CALLS.flatMap(({ gateway, calls, endings }) =>
  calls.flatMap((call) =>
    Object.entries(endings).map(([name, ending]) => ({ gateway, call, name: name as FaultName, ending })),
  ),
).filter(({ ending }) => ending.how !== 'no body');

const passing = cells.filter(({ name, ending }) => ending.how === 'repeated' || !FAULTS[name].carriedOut);

describe.concurrent('a call of the gateways', () => {
  it.for(GATEWAYS)('$gateway: has each its cells', async ({ gateway }, { onTestFinished }) => {
    const bench = await GatewayBench.open(LONG_PATIENCE_MS);
    onTestFinished(() => bench.close());
    const listed = SORTS_OF_CALLS.flatMap((sort) => (sort.gateway === gateway ? sort.calls : []));
    expect(listed.toSorted()).toEqual(Object.keys(await bench.calls(gateway)).toSorted());
  });

  it.for(cells)('$gateway: $call, when the service always $name', async (cell, { onTestFinished }) => {
    const bench = await openBench(cell);
    onTestFinished(() => bench.close());
    const { meets, run } = (await bench.calls(cell.gateway))[cell.call]!;
    const [jobs, requests, begin] = [bench.emulator.jobs().length, bench.emulator.calls().length, Date.now()];
    bench.break(meets, FAULTS[cell.name].fault, 1_000);

    expect(await endOf(run())).toEqual(expectedEnd(cell.ending));

    expect(Date.now() - begin).toBeLessThan(BOUND_MS);
    const accepted = cell.call === 'create' && FAULTS[cell.name].carriedOut === true;
    expect(bench.emulator.jobs()).toHaveLength(jobs + (accepted ? 1 : 0));
    const isOneRequest = cell.ending.how === 'fails' && meets.skip === undefined;
    if (isOneRequest) expect(bench.emulator.calls().length - requests).toBeLessThanOrEqual(1);
  });

  it.for(passing)('$gateway: $call, when the service once $name', async (cell, { onTestFinished }) => {
    const bench = await openBench(cell);
    onTestFinished(() => bench.close());
    const { meets, run } = (await bench.calls(cell.gateway))[cell.call]!;
    bench.break(meets, FAULTS[cell.name].fault, 1);

    const ends = [await endOf(run()), ...(cell.ending.how === 'fails' ? [await endOf(run())] : [])];

    expect(ends).toEqual(cell.ending.how === 'fails' ? [expectedEnd(cell.ending), 'answered'] : ['answered']);
  });

  it.for(TRICKLED)('$gateway: $call, when an answer is slower than its bound', async (given, { onTestFinished }) => {
    const bench = await GatewayBench.open(1_000);
    onTestFinished(() => bench.close());
    const { meets, run } = (await bench.calls(given.gateway))[given.call]!;
    bench.break(meets, TRICKLE, 1_000);

    const begin = Date.now();
    expect(await endOf(run())).toEqual(expectedEnd(given.ending));
    expect(Date.now() - begin).toBeGreaterThan(1_000 - 50);
  });
});

function openBench({ gateway, name }: Cell): Promise<GatewayBench> {
  return GatewayBench.open(FAULTS[name].endless ? SHORT_PATIENCE_MS[gateway] : LONG_PATIENCE_MS);
}

async function endOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return 'answered';
  if (!isGatewayError(error)) throw error;
  const { kind, effect, retryAfterMs, message } = error;
  return { kind, effect, retryAfterMs, message, quotesSomebodyElse: wordsOf(error).includes(PLANTED) };
}

/** All that is written down of an error: its words, and those of its causes. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack} ${wordsOf(error.cause)}` : String(error);
}

function expectedEnd(ending: Ending): unknown {
  if (!('kind' in ending)) return 'answered';
  const { kind, says, effect = expect.anything() as unknown, retryAfterMs } = ending;
  const message: unknown = typeof says === 'string' ? expect.stringContaining(says) : expect.stringMatching(says);
  return { kind, effect, retryAfterMs, message, quotesSomebodyElse: false };
}
