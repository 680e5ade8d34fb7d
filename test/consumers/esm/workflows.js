export * from 'temporal-vertex-batch/workflows';
