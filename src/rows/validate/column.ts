type Numbers = Uint32Array | Float64Array;

/** A column's numbers, in blocks that were made as they came: plain data, which a thread can hand over. */
export type ColumnBlocks<Kind extends Numbers> = readonly Kind[];

const BLOCK_VALUES = 1024;

/** Numbers of one kind, as many as come; no memory is copied or given up on the way. */
export class Column<Kind extends Numbers> {
  readonly blocks: Kind[] = [];
  readonly #kind: new (length: number) => Kind;
  #length = 0;

  constructor(kind: new (length: number) => Kind) {
    this.#kind = kind;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const position = this.#length % BLOCK_VALUES;
    if (position === 0) this.blocks.push(new this.#kind(BLOCK_VALUES));
    this.blocks.at(-1)![position] = value;
    this.#length += 1;
  }
}

/** The number at that position, which must have come. */
export function valueAt(blocks: ColumnBlocks<Numbers>, position: number): number {
  return blocks[Math.floor(position / BLOCK_VALUES)]![position % BLOCK_VALUES]!;
}
