import { REPAIRS, type Repair } from '../domain/validation-rules';
import { BYTE_ORDER_MARK } from './byte-order-mark';
import { type Edit, RepairVisitor } from './repair-visitor';
import { walkJson } from './json-text';

export interface RepairedLine {
  /** The same buffer where there was nothing to mend. */
  readonly line: Buffer;
  /** What was mended. */
  readonly repaired: readonly Repair[];
}

/**
 * Mends in a line what has one right answer, on its text: every byte that isn't mended stays as it is. Blank lines are left out
 * by whoever copies the file.
 */
export function repairLine(line: Buffer, repairs: readonly Repair[]): RepairedLine {
  const repaired = new Set<Repair>();
  let mended = line;
  while (repairs.includes('byte-order-mark') && beginsWithMark(mended)) {
    mended = mended.subarray(BYTE_ORDER_MARK.length);
    repaired.add('byte-order-mark');
  }
  const edits = editsOf(mended, repairs);
  for (const { repair } of edits) repaired.add(repair);
  if (edits.length > 0) mended = applied(mended, edits);
  return { line: mended, repaired: REPAIRS.filter((repair) => repaired.has(repair)) };
}

function beginsWithMark(line: Buffer): boolean {
  return line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

function editsOf(line: Buffer, repairs: readonly Repair[]): readonly Edit[] {
  if (!mayNeed(line, repairs)) return [];
  // One character a byte; whatever matters to JSON, and every name of ours, is ASCII.
  const text = line.toString('latin1');
  if (!isJson(text)) return [];
  const visitor = new RepairVisitor(text, repairs);
  walkJson(text, visitor);
  return visitor.edits.sort((one, other) => one.start - other.start);
}

/** Most lines need nothing, and are cheaper to search than to walk through. */
function mayNeed(line: Buffer, repairs: readonly Repair[]): boolean {
  const mayBeSpelled = repairs.includes('spelling') && (line.includes('_') || line.includes(String.raw`\u`));
  return mayBeSpelled || (repairs.includes('empty-search') && line.includes('earch'));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function applied(line: Buffer, edits: readonly Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, replacement } of edits) {
    pieces.push(line.subarray(from, start), Buffer.from(replacement));
    from = end;
  }
  return Buffer.concat([...pieces, line.subarray(from)]);
}
