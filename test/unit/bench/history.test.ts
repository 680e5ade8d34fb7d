import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { describe, expect, it } from 'vitest';
import { completedActivities, eventsBetween, ratePerSecond, type ActivitySpan } from '../../../bench/history';

const HAPPY = historyFromJSON(
  JSON.parse(readFileSync(join(__dirname, '../../histories/happy.json'), 'utf8')),
) as Parameters<typeof completedActivities>[0];

function aSpan(scheduledMs: number, closedMs: number): ActivitySpan {
  return { name: 'anything', scheduledEvent: 1, scheduledMs, closedEvent: 2, closedMs };
}

describe('the activities of a recorded run', () => {
  const spans = completedActivities(HAPPY);

  it('stand in the order in which they were scheduled', () => {
    expect(spans[0]?.name).toBe('vertexBatchAcceptRequest');
    expect(spans.at(-1)?.name).toBe('vertexBatchFinishRun');
    const numbers = spans.map(({ scheduledEvent }) => scheduledEvent);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('end after they were scheduled, in events and in time', () => {
    for (const span of spans) {
      expect(span.closedEvent).toBeGreaterThan(span.scheduledEvent);
      expect(span.closedMs).toBeGreaterThanOrEqual(span.scheduledMs);
    }
  });

  it('bound the events from one to another, both counted', () => {
    const [submit] = spans.filter(({ name }) => name === 'vertexBatchSubmitJob');
    const lastWait = spans.findLast(({ name }) => name === 'vertexBatchAwaitChange');
    const between = eventsBetween(spans, 'vertexBatchSubmitJob', 'vertexBatchAwaitChange');
    expect((submit?.scheduledEvent ?? 0) + between - 1).toBe(lastWait?.closedEvent);
  });

  it('are named when they are missing', () => {
    expect(() => eventsBetween(spans, 'vertexBatchNothing', 'vertexBatchAwaitChange')).toThrow(
      'The history has no completed vertexBatchNothing',
    );
    expect(() => eventsBetween(spans, 'vertexBatchSubmitJob', 'vertexBatchNothing')).toThrow(
      'The history has no completed vertexBatchNothing',
    );
  });
});

describe('a rate', () => {
  it('counts activities from the first schedule to the last end', () => {
    expect(ratePerSecond([aSpan(1000, 1400), aSpan(1100, 3000), aSpan(1200, 1500)])).toBe(1.5);
  });

  it('needs an activity', () => {
    expect(() => ratePerSecond([])).toThrow('a rate needs at least one completed activity, got none');
  });
});
