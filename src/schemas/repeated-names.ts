import { cutText } from '../domain/cut-text';
import { decodedName, type JsonVisitor, walkJson } from './json-text';
import { memberPath, type RowProblems } from './row-problems';

/** Finds names that stand twice in one object, which a parsed value no longer shows. */
export function checkRepeatedNames(text: string, problems: RowProblems): void {
  walkJson(text, new RepeatedNames(text, problems));
}

/** An object or array that the walk is in, with where in it the walk is. */
type Frame = { readonly names: Set<string>; name: string } | { readonly names: undefined; index: number };

class RepeatedNames implements JsonVisitor {
  readonly #text: string;
  readonly #problems: RowProblems;
  readonly #frames: Frame[] = [];

  constructor(text: string, problems: RowProblems) {
    this.#text = text;
    this.#problems = problems;
  }

  open(kind: 'object' | 'array'): void {
    this.scalar();
    this.#frames.push(kind === 'object' ? { names: new Set(), name: '' } : { names: undefined, index: -1 });
  }

  close(): void {
    this.#frames.pop();
  }

  scalar(): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined && frame.names === undefined) frame.index += 1;
  }

  name(start: number, end: number): void {
    const frame = this.#frames.at(-1);
    if (frame?.names === undefined) return;
    frame.name = decodedName(this.#text, start, end);
    if (!frame.names.has(frame.name)) {
      frame.names.add(frame.name);
      return;
    }
    const shownName = JSON.stringify(cutText(frame.name, 60));
    this.#problems.report('name-repeated', this.#path(), () => `${shownName} stands twice in one object; keep one`);
  }

  #path(): string {
    return this.#frames.reduce(
      (path, frame) => (frame.names === undefined ? `${path}[${frame.index}]` : memberPath(path, frame.name)),
      '',
    );
  }
}
