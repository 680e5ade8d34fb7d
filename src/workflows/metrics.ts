import { metricMeter } from '@temporalio/workflow';
import { publishedModel } from '../domain/model-name';
import type { Attention, BatchResult } from '../messages';

/** What a label says of a model: never the id of a tuned one. */
function modelLabel(model: string | undefined): string {
  return model === undefined ? 'unknown' : (publishedModel(model) ?? 'tuned');
}

/** A run has closed with this result. */
export function measureClosed(result: BatchResult, givenModel: string | undefined): void {
  const { outcome, reason, rows, usage, cost } = result;
  const model = modelLabel(givenModel);
  metricMeter
    .createCounter('vertex_batch_runs_closed', 'runs', 'Runs that closed')
    .add(1, { outcome, reason: reason?.type ?? 'none', model });
  const rowsClosed = metricMeter.createCounter('vertex_batch_rows', 'rows', 'Rows of closed runs');
  for (const book of ['answered', 'blocked', 'failed', 'missing'] as const)
    if (rows[book] > 0) rowsClosed.add(rows[book], { outcome: book, model });
  const tokens = metricMeter.createCounter('vertex_batch_tokens', 'tokens', 'Tokens of answered rows of closed runs');
  for (const [field, type] of TOKEN_TYPES) if (usage[field] > 0) tokens.add(usage[field], { type, model });
  // counters take whole numbers only
  if (cost !== null)
    metricMeter
      .createHistogram('vertex_batch_cost_usd', 'float', 'USD', 'What closed runs cost')
      .record(cost.usd, { model });
}

const TOKEN_TYPES = [
  ['promptTokenCount', 'prompt'],
  ['candidatesTokenCount', 'candidates'],
  ['thoughtsTokenCount', 'thoughts'],
  ['cachedContentTokenCount', 'cached'],
  ['toolUsePromptTokenCount', 'tool_use'],
] as const satisfies readonly (readonly [keyof BatchResult['usage'], string])[];

/** A job has left a state in which it was seen for so long. */
export function measureState(state: string, ms: number): void {
  metricMeter
    .createHistogram('vertex_batch_job_state_seconds', 'float', 's', 'Time that jobs spent in a state')
    .record(ms / 1000, { state });
}

/** A run began to wait for a person. */
export function measureAttention({ type }: Pick<Attention, 'type'>): void {
  metricMeter.createCounter('vertex_batch_attention', 'times', 'Times that runs began to wait for a person').add(1, {
    type,
  });
}
