import type { RowProblem } from '../domain/validation-problem';
import { MAX_LINE_BYTES } from './lines';

/** Why nothing can be made of a file that begins with this line, if so. */
export function wholeFileProblem(firstLine: Buffer): RowProblem | undefined {
  if (firstLine[0] === 0x1f && firstLine[1] === 0x8b) {
    const message = 'the file is compressed with gzip; the service reads plain JSONL: upload it uncompressed';
    return { severity: 'error', rule: 'gzip', path: '', message };
  }
  if (!/^(\u00ef\u00bb\u00bf)?\s*\[/.test(firstLine.toString('latin1', 0, 64))) return undefined;
  const message =
    'the file looks like one JSON array; write one object a line, without brackets and commas (JSONL): jq -c ".[]"';
  return { severity: 'error', rule: 'json-array', path: '', message };
}

/** What is wrong with a line that isn't held in memory. */
export function wholeLineProblem(length: number): RowProblem {
  const message = `the line has ${length} bytes, more than the ${MAX_LINE_BYTES} that are read; put large data into Cloud Storage and name it in fileData`;
  return { severity: 'error', rule: 'line-too-long', path: '', message };
}
