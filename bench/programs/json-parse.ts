import { createReadStream } from 'node:fs';
import { argv } from 'node:process';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';

const BLOCK_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/** The fastest that plain JavaScript does without checking anything: lines by `Buffer.indexOf`, then `JSON.parse`. */
async function parseRows(path: string): Promise<Verdict> {
  let rows = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
    const block = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = block.indexOf(LINE_FEED); end !== -1; end = block.indexOf(LINE_FEED, start)) {
      JSON.parse(block.toString('utf8', start, end));
      rows += 1;
      start = end + 1;
    }
    rest = block.subarray(start);
  }
  return { rows, errors: 0 };
}

void printMeasured(() => parseRows(String(argv[2])));
