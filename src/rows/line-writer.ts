import type { ObjectStore } from '../gateways/object-store';
import { ObjectWriter } from './object-writer';

/** Writes one object of JSON lines as they come. */
export class LineWriter extends ObjectWriter {
  constructor(store: ObjectStore, uri: string) {
    super(store, uri, 'application/x-ndjson');
  }

  /** Adds a line, in one piece or several, and its line feed; tells where the line stands, the line feed left out. */
  add(...pieces: readonly (string | Buffer)[]): { readonly offset: number; readonly length: number } {
    const offset = this.bytes;
    for (const piece of pieces) this.append(piece);
    const length = this.bytes - offset;
    this.append(LINE_FEED);
    this.endRow();
    return { offset, length };
  }
}

const LINE_FEED = Buffer.from('\n');
