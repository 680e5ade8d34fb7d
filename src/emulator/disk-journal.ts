import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Events of a store as lines of a file. */
export class DiskJournal<Event> {
  readonly #path: string;
  readonly #parse: (line: string) => Event;

  /** @param parse what JSON alone doesn't bring back of an event. @default `JSON.parse` */
  constructor(path: string, parse: (line: string) => Event = JSON.parse) {
    this.#path = path;
    this.#parse = parse;
  }

  append(event: Event): void {
    appendFileSync(this.#path, lineOf(event));
  }

  /** What stands behind the last line break was being written when the process died, and never counted. */
  events(): Event[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => this.#parse(line));
  }

  /** Forgets all others. */
  replace(events: Iterable<Event>): void {
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, '');
    for (const event of events) appendFileSync(fresh, lineOf(event));
    renameSync(fresh, this.#path);
  }
}

function lineOf(event: unknown): string {
  return `${JSON.stringify(event)}\n`;
}
