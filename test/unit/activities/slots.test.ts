import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/activities/slots';

const FOREVER = new AbortController().signal;

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('Slots', () => {
  it('never lets more run than there are, and lets all run, whatever fails or gives up', async () => {
    const work = fc.record({ fails: fc.boolean(), givesUp: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(work, { maxLength: 12 }),
        async (scheduler, limit, works) => {
          const slots = new Slots(limit);
          let running = 0;
          let most = 0;
          const ran = new Set<number>();
          const uses = works.map(async ({ fails, givesUp }, index) => {
            const abort = new AbortController();
            const use = slots.use(async () => {
              ran.add(index);
              running += 1;
              most = Math.max(most, running);
              await scheduler.schedule(Promise.resolve());
              running -= 1;
              if (fails) throw new Error('failed');
            }, abort.signal);
            if (givesUp) void scheduler.schedule(Promise.resolve()).then(() => abort.abort(new Error('gave up')));
            await use.catch(() => undefined);
          });
          await scheduler.waitIdle();
          await Promise.all(uses);
          expect(most).toBeLessThanOrEqual(limit);
          expect(running).toBe(0);
          const patient = works.flatMap(({ givesUp }, index) => (givesUp ? [] : [index]));
          expect([...ran]).toEqual(expect.arrayContaining(patient));
          expect(await slots.use(async () => 'free again', FOREVER)).toBe('free again');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('lets those who wait in, in order', async () => {
    const slots = new Slots(1);
    const first = gate();
    const order: number[] = [];
    const all = [
      slots.use(() => first.opened, FOREVER),
      ...[1, 2, 3].map((turn) => slots.use(async () => void order.push(turn), FOREVER)),
    ];
    first.open();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
  });

  it('takes whoever gives up out of the line', async () => {
    const slots = new Slots(1);
    const first = gate();
    const abort = new AbortController();
    const holding = slots.use(() => first.opened, FOREVER);
    const given = slots.use(async () => 'never', abort.signal);
    const waiting = slots.use(async () => 'in turn', FOREVER);
    abort.abort(new Error('cancelled'));
    await expect(given).rejects.toThrow('cancelled');
    first.open();
    expect(await waiting).toBe('in turn');
    await holding;
  });

  it('doesn’t let in who has given up before', async () => {
    const slots = new Slots(1);
    await expect(slots.use(async () => 'never', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow(
      'cancelled',
    );
  });
});
