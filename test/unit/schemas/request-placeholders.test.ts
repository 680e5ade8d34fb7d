import { describe, expect, it } from 'vitest';
import { fillPlaceholders } from '../../../src/schemas/request-placeholders';

const SUMMER = new Date('2026-07-01T22:30:00Z');

function filled(request: object, context: { workflowId?: string; scheduledTime?: Date | null } = {}): unknown {
  return fillPlaceholders(request, { workflowId: 'nightly', scheduledTime: SUMMER, ...context });
}

describe('fillPlaceholders', () => {
  it.each([
    [undefined, '2026-07-01', '2026-07-01T22:30:00Z'],
    ['UTC', '2026-07-01', '2026-07-01T22:30:00Z'],
    ['Europe/Rome', '2026-07-02', '2026-07-02T00:30:00+02:00'],
    ['America/New_York', '2026-07-01', '2026-07-01T18:30:00-04:00'],
    ['Asia/Kathmandu', '2026-07-02', '2026-07-02T04:15:00+05:45'],
  ])('writes the scheduled time as clocks in %s show it', (timeZone, date, time) => {
    const request = { input: 'gs://acme/{scheduledDate}/{scheduledTime}.jsonl', ...(timeZone && { timeZone }) };
    expect(filled(request)).toMatchObject({ input: `gs://acme/${date}/${time}.jsonl` });
  });

  it('tells the two half past twos of the night in which clocks go back apart', () => {
    const written = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((time) =>
      filled({ input: '{scheduledTime}', timeZone: 'Europe/Rome' }, { scheduledTime: new Date(time) }),
    );
    expect(written).toMatchObject([{ input: '2026-10-25T02:30:00+02:00' }, { input: '2026-10-25T02:30:00+01:00' }]);
  });

  it('fills every URI of a list, and the display name, and nothing else', () => {
    const request = {
      input: ['{workflowId}', 'plain'],
      displayName: 'of {scheduledDate}',
      output: 'gs://a/{workflowId}/',
    };
    expect(filled(request)).toEqual({
      input: ['nightly', 'plain'],
      displayName: 'of 2026-07-01',
      output: 'gs://a/{workflowId}/',
    });
  });

  it('leaves braces that hold no word, and what is no text, as they are', () => {
    const request = { input: ['gs://a/{1}', 'gs://a/{x,y}', 'gs://a/{}', 7], displayName: null };
    expect(filled(request)).toEqual(request);
    expect(fillPlaceholders('gs://a', { workflowId: 'x', scheduledTime: null })).toBe('gs://a');
  });

  it('cuts a display name that its placeholders make too long', () => {
    const { displayName } = filled({ displayName: 'of {workflowId}' }, { workflowId: 'x'.repeat(90) }) as {
      displayName: string;
    };
    expect(displayName).toHaveLength(80);
  });

  it.each([
    [
      'a misspelt placeholder',
      { input: '{scheduleDate}' },
      /input has the unknown placeholder \{scheduleDate\}.*\{scheduledDate\}/,
    ],
    ['an unknown one', { displayName: '{day}' }, /displayName has the unknown placeholder \{day\}; known are/],
    [
      'a time zone that there isn’t',
      { input: 'x', timeZone: 'Europe/Nowhere' },
      /timeZone must be an IANA name.*Nowhere/,
    ],
    ['a time zone that is no text', { input: 'x', timeZone: 7 }, /timeZone must be an IANA name.*got 7/],
  ])('refuses %s', (_, request, message) => {
    expect(() => filled(request)).toThrow(message);
  });

  it('refuses a scheduled time where no Schedule started the run', () => {
    expect(() => filled({ input: '{scheduledDate}' }, { scheduledTime: null })).toThrow(/no Schedule started this run/);
    expect(filled({ input: '{workflowId}' }, { scheduledTime: null })).toEqual({ input: 'nightly' });
  });

  it('refuses an id whose characters would be wildcards in the input', () => {
    expect(() => filled({ input: '{workflowId}' }, { workflowId: 'all/*' })).toThrow(/wildcards there: all\/\*/);
    expect(filled({ displayName: '{workflowId}' }, { workflowId: 'all/*' })).toEqual({ displayName: 'all/*' });
  });
});
