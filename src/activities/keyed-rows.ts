import type { PartIndex } from '../rows/part-index';
import { OutputSkimmer } from '../rows/skim/output-row';
import type { Scanner } from '../rows/skim/scanner';
import { LineSkimmer, type SkimmedLine } from '../rows/skim/skimmed-lines';
import { joinOutput } from './join-output';

/** Tells whether rows of an output are found by their keys, so that nobody needs the requests that they echo. */
export class KeyedRows {
  readonly #index: PartIndex;
  readonly #lines: LineSkimmer;
  readonly #skimmer: OutputSkimmer;

  /** @param scanner for this alone as long as it lives */
  constructor(scanner: Scanner, index: PartIndex) {
    this.#index = index;
    this.#lines = new LineSkimmer(scanner);
    this.#skimmer = new OutputSkimmer(scanner, index.outputKeyField);
  }

  /** Takes whole lines, up to the first one whose request is needed to tell which row it is. */
  areFound(lines: Buffer): boolean {
    this.#lines.give(lines);
    for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
      if (!this.#isFound(line)) return false;
    }
    return true;
  }

  #isFound(line: SkimmedLine): boolean {
    const plain = this.#skimmer.readPlain(line);
    if (plain !== undefined && this.#index.rowOfAsciiKey(plain.memory, plain.keyFrom, plain.keyTo) !== undefined)
      return true;
    const row = this.#skimmer.readAny(line);
    return (
      row !== undefined && joinOutput(this.#index, undefined, { key: row.key, requestHash: anyRequest }) !== undefined
    );
  }
}

function anyRequest(): bigint {
  return 0n;
}
