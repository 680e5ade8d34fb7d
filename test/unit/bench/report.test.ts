import { describe, expect, it } from 'vitest';
import { atLeast, atMost, renderReport, renderTable, textOf, type Report } from '../../../bench/report';

describe('targets', () => {
  it('are reached at the limit itself', () => {
    expect(atMost(60, 60)).toEqual({ text: '≤ 60', isReached: true });
    expect(atLeast(80, 80)).toEqual({ text: '≥ 80', isReached: true });
  });

  it('are missed on the wrong side of it', () => {
    expect(atMost(60, 61).isReached).toBe(false);
    expect(atLeast(80, 79.9).isReached).toBe(false);
  });
});

describe('numbers', () => {
  it.each([
    [94_349.4, '94,349'],
    [115.2, '115'],
    [41.93, '41.9'],
    [3.333, '3.33'],
    [0.084, '0.08'],
    [60, '60'],
    [0, '0'],
  ])('%d reads %s', (value, text) => {
    expect(textOf(value)).toBe(text);
  });
});

describe('a table', () => {
  it('has columns that stand under each other, numbers set right', () => {
    expect(
      renderTable(
        ['', 'ours'],
        [
          ['events', '53'],
          ['GETs', '1,590'],
        ],
      ),
    ).toEqual(['|        |  ours |', '| ------ | ----: |', '| events |    53 |', '| GETs   | 1,590 |']);
  });
});

describe('a report', () => {
  const report: Report = {
    name: 'waiting',
    what: 'A day.',
    baseline: 'a loop',
    measurements: [
      { label: 'events', unit: '', ours: 53, baseline: 94_349, target: atMost(60, 53) },
      { label: 'late', unit: 'min', ours: 12, baseline: null, target: atMost(10, 12) },
    ],
    notes: ['By chance.'],
  };

  it('says of each target whether it was reached', () => {
    const lines = renderReport(report).split('\n');
    expect(lines.find((line) => line.includes('events'))).toMatch(/\| +53 \| +94,349 \| +≤ 60 \| +reached \|$/);
    expect(lines.find((line) => line.includes('late'))).toMatch(/\| +12 min \| +\| +≤ 10 \| +NOT REACHED \|$/);
  });

  it('names the baseline and keeps the notes', () => {
    expect(renderReport(report)).toContain('A day. Baseline: a loop.');
    expect(renderReport(report)).toContain('- By chance.');
  });

  it('shows the figures of all who took part, and nothing where there is no number', () => {
    const details = {
      head: ['MB/s', 'peak MB'],
      rows: [
        { label: 'ours', values: [563, 71.25] },
        { label: 'jq', values: [118, null] },
      ],
    };
    const lines = renderReport({ ...report, details }).split('\n');
    expect(lines).toContain('|      | MB/s | peak MB |');
    expect(lines).toContain('| ours |  563 |    71.3 |');
    expect(lines).toContain('| jq   |  118 |         |');
  });
});
