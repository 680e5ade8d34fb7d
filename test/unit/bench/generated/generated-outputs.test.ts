import { describe, expect, it } from 'vitest';
import { generatedOutputs } from '../../../../bench/generated/generated-outputs';
import { generatedRows } from '../../../../bench/generated/generated-rows';
import { stableHash } from '../../../../bench/programs/stable-request';
import { requestHash } from '../../../../src/rows/request-hash';
import { classifyOutputRow } from '../../../../src/schemas/output-row';

const ROWS = 3000;
const requests = [...generatedRows({ rows: ROWS, seed: 7 })];
const outputs = [...generatedOutputs(requests, 1)];

interface Row {
  readonly key?: string;
  readonly request: unknown;
}

const parsed = (line: string) => JSON.parse(line) as Row;

describe('generated outputs', () => {
  it('are the same for the same rows and seed', () => {
    expect([...generatedOutputs(requests, 1)]).toEqual(outputs);
  });

  it('have a row for each request, in another order', () => {
    const keys = (lines: readonly string[]) => lines.map((line) => parsed(line).key);
    const given = keys(requests);
    const written = keys(outputs.map(({ withKey }) => withKey));
    expect(written).not.toEqual(given);
    expect(new Set(written)).toEqual(new Set(given));
  });

  it('echo requests that are known by either hash, with and without a key', () => {
    const requestOf = new Map(requests.map((line) => [parsed(line).key, parsed(line).request]));
    for (const { withKey, withoutKey } of outputs.slice(0, 300)) {
      const { key, ...row } = parsed(withKey);
      expect(parsed(withoutKey)).toEqual(row);
      const request = requestOf.get(key);
      expect(JSON.stringify(row.request)).not.toBe(JSON.stringify(request));
      expect(stableHash(row.request)).toBe(stableHash(request));
      expect(requestHash(row.request)).toBe(requestHash(request));
    }
  });

  it('are larger than their input by a third, and answered but for a few', () => {
    const bytes = (lines: readonly string[]) => lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    expect(bytes(outputs.map(({ withKey }) => withKey)) / bytes(requests)).toBeCloseTo(1.3, 1);
    const kinds = outputs.map(({ withKey }) => classifyOutputRow(parsed(withKey)).kind);
    const shareOf = (kind: string) => kinds.filter((one) => one === kind).length / ROWS;
    expect(shareOf('answered')).toBeCloseTo(0.97, 1);
    expect(shareOf('blocked')).toBeGreaterThan(0);
    expect(shareOf('failed')).toBeGreaterThan(0);
  });
});
