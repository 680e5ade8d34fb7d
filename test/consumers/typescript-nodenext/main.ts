import { fileURLToPath } from 'node:url';
import { runBatch } from './run-batch.js';

await runBatch(fileURLToPath(new URL('./workflows.js', import.meta.url)));
console.log('the batch is done');
