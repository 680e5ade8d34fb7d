import { executeVertexBatch } from 'temporal-vertex-batch/child';

export * from 'temporal-vertex-batch/workflows';

export async function nightlySummaries(day: string): Promise<string> {
  const { outcome, rows } = await executeVertexBatch(
    {
      project: 'acme',
      location: 'us-central1',
      model: 'gemini-2.5-flash',
      input: `gs://acme/prompts/${day}/*.jsonl`,
      output: 'gs://acme/answers/',
      handler: 'saveSummary',
    },
    { workflowId: `summaries/${day}` },
  );
  return `${outcome}: ${rows.answered} of ${rows.input} rows answered`;
}
