import { runBatch } from './run-batch';

void runBatch(require.resolve('./workflows')).then(() => console.log('the batch is done'));
