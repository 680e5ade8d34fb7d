import { createReadStream } from 'node:fs';
import { argv } from 'node:process';
import { createInterface } from 'node:readline';
import { printMeasured } from './measured';
import { knownRows, type OutputRow, writeResults } from './naive-results';
import { stableHash } from './stable-request';

const [, , by, rowsPath = '', outputPath = '', target = ''] = argv;
const known = knownRows(rowsPath, by === 'hash' ? 'hash' : 'key');

async function* outputs(): AsyncGenerator<OutputRow> {
  for await (const line of createInterface({ input: createReadStream(outputPath), crlfDelay: Infinity }))
    yield JSON.parse(line) as OutputRow;
}

/** What users write: readline, `JSON.parse`, a Map, `JSON.stringify`. */
void printMeasured(() =>
  writeResults(outputs(), (row) => known.get(by === 'hash' ? stableHash(row.request) : (row.key ?? '')), target),
);
