import { argv } from 'node:process';
import { ObjectStoreFiles } from '../../src/gateways/object-store-files';
import type { Preparation } from '../collecting/preparation';
import { printMeasured } from './measured';
import { settleOutputs } from './settle-outputs';

const [, , threads, prepared = '', directory = ''] = argv;
const preparation = JSON.parse(prepared) as Preparation;

void printMeasured(() => settleOutputs(new ObjectStoreFiles(), preparation, { directory, threads: Number(threads) }));
