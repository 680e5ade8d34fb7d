import { describe, expect, it } from 'vitest';
import { chosen } from '../../../bench/selection';

const BENCHMARKS = [{ name: 'overhead' }, { name: 'waiting' }, { name: 'fan-out' }];

describe('the benchmarks of a call', () => {
  it('are all of them without a name', () => {
    expect(chosen(BENCHMARKS, [])).toEqual(BENCHMARKS);
  });

  it('leave out without a name what runs on request only', () => {
    const onRequest = { name: 'flat-memory', onRequest: true } as const;
    expect(chosen([...BENCHMARKS, onRequest], [])).toEqual(BENCHMARKS);
    expect(chosen([...BENCHMARKS, onRequest], ['flat-memory'])).toEqual([onRequest]);
  });

  it('are the named ones in the order asked for', () => {
    expect(chosen(BENCHMARKS, ['fan-out', 'overhead'])).toEqual([{ name: 'fan-out' }, { name: 'overhead' }]);
  });

  it('are refused by name, with the nearest one', () => {
    expect(() => chosen(BENCHMARKS, ['fanout'])).toThrow(
      'There is no benchmark fanout, did you mean "fan-out"?; there are overhead, waiting, fan-out',
    );
  });
});
