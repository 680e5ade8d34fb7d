import { describe, expect, it } from 'vitest';
import { giveBack } from '../../../src/gateways/given-back';

describe('giveBack', () => {
  it('frees bytes that have their memory for themselves', () => {
    const bytes = Buffer.allocUnsafeSlow(65_536);
    giveBack(bytes);
    expect(bytes.length).toBe(0);
    giveBack(bytes);
  });

  it('leaves bytes alone that share their memory', () => {
    const memory = Buffer.from('a few bytes of many'.repeat(1000));
    const shared = [memory.subarray(1), memory.subarray(0, 10), Buffer.from('short')];
    const before = shared.map(String);
    shared.forEach(giveBack);
    expect(shared.map(String)).toEqual(before);
  });
});
