import { describe, expect, it } from 'vitest';
import { generatedRows } from '../../../../bench/generated/generated-rows';
import { EmulatorBench } from '../../../support/an-emulator';

const ROWS = 4000;
const lines = [...generatedRows({ rows: ROWS, seed: 7 })];

function shareOf(has: (line: string) => boolean): number {
  return lines.filter(has).length / lines.length;
}

describe('generated rows', () => {
  it('are the same for the same seed, and others for another', () => {
    expect([...generatedRows({ rows: 50, seed: 7 })]).toEqual(lines.slice(0, 50));
    expect([...generatedRows({ rows: 50, seed: 8 })]).not.toEqual(lines.slice(0, 50));
  });

  it('have the sizes that were measured on real inputs', () => {
    const sizes = lines.map((line) => Buffer.byteLength(line)).toSorted((a, b) => a - b);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / ROWS;
    expect(mean / 5900).toBeCloseTo(1, 1);
    expect(sizes[ROWS / 2]! / 4100).toBeCloseTo(1, 1);
    expect(sizes[ROWS * 0.99]!).toBeGreaterThan(21_000);
    expect(sizes[ROWS * 0.99]!).toBeLessThan(27_000);
  });

  it('have text beyond ASCII in 42 of 100 rows, and escapes of it in 8', () => {
    expect(shareOf((line) => /[^\0-\u007f]/.test(line))).toBeCloseTo(0.42, 1);
    expect(shareOf((line) => /\\u[0-9a-f]{4}/.test(line))).toBeCloseTo(0.08, 1);
  });

  it('are spelt in snake_case in 30 of 100 rows, each in one spelling throughout', () => {
    const isSnakeCase = (line: string) => line.includes('"generation_config"');
    expect(shareOf(isSnakeCase)).toBeCloseTo(0.3, 1);
    expect(lines.filter((line) => isSnakeCase(line) && line.includes('"generationConfig"'))).toEqual([]);
  });

  it('carry an image of 1 MB in one row of 2,000', () => {
    const images = lines.flatMap((line) => /"data":"([^"]+)"/.exec(line)?.[1] ?? []);
    expect(images.map((image) => image.length)).toEqual([1_000_000, 1_000_000]);
    expect(Buffer.from(images[0]!, 'base64').toString('base64')).toBe(images[0]);
  });

  it('have keys that count them, and no surrogate that stands alone', () => {
    const keys = lines.map((line) => (JSON.parse(line) as { readonly key: string }).key);
    expect(keys).toEqual(lines.map((_, row) => `p-${row}`));
    // JSON.stringify escapes a surrogate only where it stands alone
    expect(lines.filter((line) => /\\ud[89a-f]/.test(JSON.stringify(JSON.parse(line))))).toEqual([]);
  });

  it('are answered to the last by the emulated service', async () => {
    const rows = [...generatedRows({ rows: 300, seed: 7 })].map((line) => line.trimEnd());
    const bench = new EmulatorBench();
    expect(await bench.run(rows)).toMatchObject({ state: 'JOB_STATE_SUCCEEDED' });
    expect((await bench.outputRows()).filter(({ status }) => status === '')).toHaveLength(300);
  });
});
