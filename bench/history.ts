import type { WorkflowHandle } from '@temporalio/client';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** One activity of a history that has ended, with the numbers of its first and last event. */
export interface ActivitySpan {
  readonly name: string;
  readonly scheduledEvent: number;
  readonly scheduledMs: number;
  readonly closedEvent: number;
  readonly closedMs: number;
}

/** Activities that completed, in the order in which they were scheduled. */
export function completedActivities(history: Pick<History, 'events'>): ActivitySpan[] {
  const scheduled = new Map<number, Pick<ActivitySpan, 'name' | 'scheduledEvent' | 'scheduledMs'>>();
  const spans: ActivitySpan[] = [];
  for (const event of history.events ?? []) {
    const number = Number(event.eventId);
    const start = event.activityTaskScheduledEventAttributes;
    const name = start?.activityType?.name;
    if (name != null) scheduled.set(number, { name, scheduledEvent: number, scheduledMs: millisOf(event.eventTime) });
    const end = event.activityTaskCompletedEventAttributes;
    const begun = end && scheduled.get(Number(end.scheduledEventId));
    if (begun) spans.push({ ...begun, closedEvent: number, closedMs: millisOf(event.eventTime) });
  }
  return spans.toSorted((a, b) => a.scheduledEvent - b.scheduledEvent);
}

/** Activities a second, from the first schedule to the last end. */
export function ratePerSecond(spans: readonly ActivitySpan[]): number {
  if (spans.length === 0) throw new RangeError('a rate needs at least one completed activity, got none');
  const first = Math.min(...spans.map((span) => span.scheduledMs));
  const last = Math.max(...spans.map((span) => span.closedMs));
  return (1000 * spans.length) / Math.max(1, last - first);
}

/** Events from the first activity of one name to the last end of another's, both counted. */
export function eventsBetween(spans: readonly ActivitySpan[], first: string, last: string): number {
  const begin = spans.find((span) => span.name === first);
  const end = spans.findLast((span) => span.name === last);
  if (begin === undefined) throw new Error(`The history has no completed ${first}`);
  if (end === undefined) throw new Error(`The history has no completed ${last}`);
  return end.closedEvent - begin.scheduledEvent + 1;
}

function millisOf(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
