/** The workflows, and nothing else: `export * from 'temporal-vertex-batch/workflows'`. */
export { vertexBatch } from './vertex-batch';
export { vertexBatchReprocess } from './vertex-batch-reprocess';
export { vertexBatchDoctor } from './vertex-batch-doctor';
