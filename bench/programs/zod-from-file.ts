import { createReadStream } from 'node:fs';
import { argv } from 'node:process';
import { printMeasured } from './measured';
import { checkWithZod } from './zod-rows';

void printMeasured(() => checkWithZod(createReadStream(String(argv[2]))));
