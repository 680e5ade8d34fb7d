import { Context } from '@temporalio/activity';

/** Counts a request to Google on the meter of the activity that makes it. */
export function countRequest(call: string, status: string): void {
  const meter = currentMeter();
  meter
    ?.createCounter('vertex_batch_google_requests', 'requests', 'Requests to Google by call and HTTP status')
    .add(1, { call, status });
}

/** What several activities share, such as the reading of an index, may go on when the one that began it is over. */
function currentMeter(): Context['metricMeter'] | undefined {
  try {
    return Context.current().metricMeter;
  } catch {
    return undefined;
  }
}
