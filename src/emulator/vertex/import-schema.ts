import { isObject, toCamelCase } from './known-fields';

type Kind = 'object' | 'string' | 'number' | 'boolean';

const DEEPEST_LEVEL = 15;
const COLUMN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,299}$/;

/** A row that the import refuses, and the whole file with it; the message is the service's. */
export class ImportRefusal extends Error {}

/** What the import does where nobody has said it. */
export interface ImportRules {
  /** Whether `fileData` and `file_data` may be two columns. */
  readonly bothSpellings: boolean;
}

/** Columns that the service adds to a row's own. */
const RESERVED = new Set(['response', 'status', 'processed_time']);

/** What the import knows about one key: the type that it has in every row, and the keys beneath it. */
export class Column {
  readonly #rules: ImportRules;
  readonly #path: string;
  readonly #depth: number;
  readonly #children = new Map<string, Column>();
  /** The children's names as BigQuery compares them. */
  readonly #foldedNames = new Map<string, string>();
  #kind: Kind | undefined;
  #repeated: boolean | undefined;
  #null = false;
  #onlyNumericStrings = true;
  #sortedNames: readonly string[] | undefined;

  constructor(rules: ImportRules, path = '', depth = 0) {
    this.#rules = rules;
    this.#path = path;
    this.#depth = depth;
  }

  /** The names of all keys that any row has here, sorted. */
  get names(): readonly string[] {
    this.#sortedNames ??= [...this.#children.keys()].sort();
    return this.#sortedNames;
  }

  get looksNumeric(): boolean {
    return this.#kind === 'string' && this.#onlyNumericStrings;
  }

  /** The one type of its values, where they are no lists. */
  get singleKind(): Kind | undefined {
    return this.#repeated === true ? undefined : this.#kind;
  }

  child(name: string): Column | undefined {
    return this.#children.get(name);
  }

  /** Takes one row's value in. @throws {ImportRefusal} when it does not fit what was there before */
  add(value: unknown): void {
    if (value === null) this.#addNull();
    else if (Array.isArray(value)) this.#addArray(value);
    else this.#addSingle(value);
  }

  /** Takes an object's entries in; the row itself is an object that stands in no column. */
  addEntries(value: Record<string, unknown>): void {
    for (const name in value) {
      const column = this.#children.get(name) ?? this.#newColumn(name);
      column.add(value[name]);
    }
  }

  #newColumn(name: string): Column {
    if (!COLUMN_NAME.test(name)) throw new ImportRefusal(`Invalid field name "${name}"`);
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    if (this.#depth === 0 && RESERVED.has(name.toLowerCase())) throw new ImportRefusal(`Reserved field name "${name}"`);
    const folded = (this.#rules.bothSpellings ? name : toCamelCase(name)).toLowerCase();
    const standing = this.#foldedNames.get(folded);
    if (standing !== undefined) throw new ImportRefusal(`Duplicate field name "${name}": ${path} beside ${standing}`);
    const column = new Column(this.#rules, path, this.#depth + 1);
    this.#foldedNames.set(folded, name);
    this.#children.set(name, column);
    this.#sortedNames = undefined;
    return column;
  }

  #addNull(): void {
    this.#null = true;
    if (this.#repeated === true) throw nullRefused(this.#path);
  }

  #addArray(values: readonly unknown[]): void {
    if (this.#null) throw nullRefused(this.#path);
    if (this.#repeated === false) throw new ImportRefusal(`Array specified for non-repeated field: ${this.#path}.`);
    this.#repeated = true;
    for (const value of values) {
      if (value === null) throw nullRefused(this.#path);
      if (Array.isArray(value)) throw new ImportRefusal(`Nested arrays are not allowed. Field: ${this.#path}`);
      this.#addValue(value);
    }
  }

  #addSingle(value: unknown): void {
    if (this.#repeated === true) {
      throw new ImportRefusal(`Repeated field must be imported as a JSON array. Field: ${this.#path}`);
    }
    this.#repeated = false;
    this.#addValue(value);
  }

  #addValue(value: unknown): void {
    const kind = isObject(value) ? 'object' : (typeof value as Kind);
    this.#kind ??= kind;
    if (this.#kind !== kind) throw typeRefused(this.#path, this.#kind, kind);
    if (isObject(value)) this.#addObject(value);
    else if (kind === 'string') this.#onlyNumericStrings &&= /^-?\d+(\.\d+)?$/.test(value as string);
  }

  #addObject(value: Record<string, unknown>): void {
    if (this.#depth > DEEPEST_LEVEL) {
      throw new ImportRefusal(
        `Schema nested too deeply, at least ${this.#depth} compared to the maximum allowed level of ${DEEPEST_LEVEL}`,
      );
    }
    for (const name in value) {
      if (Object.hasOwn(value, name)) return this.addEntries(value);
    }
    throw new ImportRefusal(`Cannot store struct '${this.#path}' with no fields`);
  }
}

function nullRefused(path: string): ImportRefusal {
  return new ImportRefusal(`Only optional fields can be set to NULL. Field: ${path.slice(path.lastIndexOf('.') + 1)}`);
}

/** An array in one row and a single value in another has a message seen live; for other types the wording is not known. */
function typeRefused(path: string, before: Kind, now: Kind): ImportRefusal {
  return new ImportRefusal(
    `Field: ${path}: a ${now} was found where an earlier row has ${before === 'object' ? 'an' : 'a'} ${before}`,
  );
}
