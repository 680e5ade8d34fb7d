import type { AcceptedRequest } from '../domain/accepted-request';

const LONGEST_SUMMARY_BYTES = 200;

/** One line that says what a run does, at most 200 bytes. */
export function summaryOf(request: AcceptedRequest): string {
  const model = request.model.split('/').at(-1) ?? request.model;
  const [first = request.adopt?.job.split('/').at(-1), ...others] = request.input;
  const more = others.length > 0 ? ` +${others.length}` : '';
  return shortSummary(`${model} · ${first}${more}${request.handler === null ? '' : ` → ${request.handler.name}`}`);
}

/** A summary as Temporal takes it. */
export function shortSummary(summary: string): string {
  return Buffer.byteLength(summary) <= LONGEST_SUMMARY_BYTES
    ? summary
    : `${Buffer.from(summary).subarray(0, 190).toString('utf8')}…`;
}

/** What the UI shows of a run that no worker has taken yet. */
export function detailsOf(request: AcceptedRequest): string {
  return [
    `model \`${request.model}\` in \`${request.location}\`, project \`${request.project}\``,
    ...(request.adopt === undefined ? [] : [`adopts \`${request.adopt.job}\``]),
    ...(request.input.length === 0 ? [] : [`input ${request.input.slice(0, 10).map(code).join(', ')}`]),
    `output ${request.outputTable === undefined ? code(request.output) : `${code(request.outputTable)}, workspace ${code(request.output)}`}`,
    `[batch jobs in the console](https://console.cloud.google.com/vertex-ai/batch-predictions?project=${encodeURIComponent(request.project)})`,
    'query `progress`; updates `cancelBatch` (also a signal), `adoptJob`, `resubmit`, `checkNow`',
  ].join('\n\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
