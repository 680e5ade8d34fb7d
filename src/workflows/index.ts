/** The workflows, and nothing else: `export * from 'temporal-vertex-batch/workflows'`. */
export { vertexBatch } from './vertex-batch';
export { vertexBatchDoctor } from './vertex-batch-doctor';
