export * from 'temporal-vertex-batch/workflows';
export * from './parent.js';
