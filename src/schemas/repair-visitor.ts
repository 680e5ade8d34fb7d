import type { Repair } from '../domain/validation-rules';
import { spellingsOf } from './field-names';
import { field, message, of } from './generate-content/define';
import { GENERATE_CONTENT_REQUEST } from './generate-content-request';
import { decodedName, type JsonVisitor } from './json-text';
import type { FieldSpec, MessageSpec, ValueSpec } from './message-spec';

/** What takes the place of a stretch of text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly repair: Repair;
}

const ROW = message('row', [
  field(
    'request',
    of(() => GENERATE_CONTENT_REQUEST),
  ),
]);

/** What an empty search is written as, known to pass the import. */
const EMPTY_SEARCH = '{"timeRangeFilter":null}';

/** An object or array that the walk is in, and what the table knows of it: nothing in what is the caller's. */
interface Frame {
  readonly start: number;
  readonly spec: ValueSpec | undefined;
  /** Fields of a message whose names stand in it, where they stand in it once, and how. */
  readonly names: Map<FieldSpec, Name | 'twice'>;
  /** The field of a message that an object is the value of. */
  readonly field: FieldSpec | undefined;
  isEmpty: boolean;
  /** Of what follows. */
  next: { readonly spec: ValueSpec | undefined; readonly field: FieldSpec | undefined };
}

interface Name {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const NOTHING = { spec: undefined, field: undefined } as const;

/** Finds what to mend, led by the table. */
export class RepairVisitor implements JsonVisitor {
  readonly edits: Edit[] = [];
  readonly #text: string;
  readonly #repairs: readonly Repair[];
  readonly #frames: Frame[] = [];

  constructor(text: string, repairs: readonly Repair[]) {
    this.#text = text;
    this.#repairs = repairs;
  }

  open(kind: 'object' | 'array', start: number): void {
    const outer = this.#frames.at(-1);
    const { spec, field: ofField } = outer?.next ?? { spec: of(() => ROW), field: undefined };
    if (outer !== undefined) outer.isEmpty = false;
    // What stands in a list is of the kind of the list.
    const next = kind === 'array' ? { spec, field: undefined } : NOTHING;
    this.#frames.push({ start, spec, names: new Map(), field: ofField, isEmpty: true, next });
  }

  name(start: number, end: number): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    frame.isEmpty = false;
    if (frame.spec?.kind === 'map') frame.next = { spec: frame.spec.value, field: undefined };
    else if (frame.spec?.kind === 'message') this.#nameOf(frame, frame.spec.message(), { start, end });
  }

  #nameOf(frame: Frame, spec: MessageSpec, { start, end }: { readonly start: number; readonly end: number }): void {
    const text = decodedName(this.#text, start, end);
    const known = spellingsOf(spec).get(text);
    frame.next = known === undefined ? NOTHING : { spec: known.value, field: known };
    if (known !== undefined) frame.names.set(known, frame.names.has(known) ? 'twice' : { start, end, text });
  }

  scalar(): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined) frame.isEmpty = false;
  }

  close(end: number): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    if (this.#repairs.includes('spelling')) this.#spell(frame);
    if (this.#repairs.includes('empty-search') && frame.isEmpty && isSearch(frame)) {
      if (this.#text[frame.start] === '{') {
        this.edits.push({ start: frame.start, end, replacement: EMPTY_SEARCH, repair: 'empty-search' });
      }
    }
  }

  #spell({ names }: Frame): void {
    for (const [known, name] of names) {
      if (name === 'twice' || name.text === known.name) continue;
      const { start, end } = name;
      this.edits.push({ start, end, replacement: JSON.stringify(known.name), repair: 'spelling' });
    }
  }
}

function isSearch({ field: known }: Frame): boolean {
  return known?.name === 'googleSearch';
}
