import type { VertexJob } from '../../src/gateways/vertex-jobs';
import { RUN } from './planned-part';

/** A job that ended; `more` says how. */
export function anEndedJob(more: Partial<VertexJob> = {}): VertexJob {
  const id = more.name?.split('/').at(-1) ?? '77';
  return {
    name: `projects/1/locations/us-central1/batchPredictionJobs/${id}`,
    displayName: 'a job',
    model: 'publishers/google/models/gemini-2.5-flash',
    state: 'JOB_STATE_SUCCEEDED',
    error: null,
    counts: null,
    outputDirectory: `${RUN.directory}jobs/${RUN.key}-p1-r1-a1/prediction-model-2026-09-02T20:06:30.166279Z`,
    labels: {},
    createTime: null,
    startTime: null,
    endTime: null,
    updateTime: null,
    ...more,
  };
}

const USAGE = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };

/** An output line with an answer. */
export function answered(row: object, text: string): string {
  const candidates = [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }];
  return JSON.stringify({ status: '', ...row, response: { candidates, modelVersion: 'm@1', usageMetadata: USAGE } });
}

/** An output line whose prompt was blocked. */
export function blocked(row: object): string {
  return JSON.stringify({ status: '', ...row, response: { promptFeedback: { blockReason: 'SAFETY' } } });
}

/** An output line that the service refused. */
export function refused(row: object, code: 400 | 429): string {
  const status = code === 429 ? 'RESOURCE_EXHAUSTED' : 'INVALID_ARGUMENT';
  const error = JSON.stringify({ error: { code, message: `refused with ${code}`, status } });
  return JSON.stringify({
    status: `${code === 429 ? 'RESOURCE_EXHAUSTED error occurred' : 'Bad Request'}: ${error}`,
    ...row,
    response: {},
  });
}
