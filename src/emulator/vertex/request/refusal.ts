/** Why a request is refused. Its place is put together on the way out, so that a request that is taken costs no paths. */
export class Refusal {
  readonly #describe: (path: string) => string;
  #path = '';

  constructor(describe: (path: string) => string) {
    this.#describe = describe;
  }

  /** The service's words. */
  get message(): string {
    return this.#describe(this.#path);
  }

  /** Puts it one level further in: a field's name, or an index in brackets. */
  within(step: string): this {
    const joint = this.#path === '' || this.#path.startsWith('[') ? '' : '.';
    this.#path = `${step}${joint}${this.#path}`;
    return this;
  }
}

export function unknownName(name: string): Refusal {
  return new Refusal(
    (path) =>
      `Invalid JSON payload received. Unknown name "${name}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`,
  );
}

export function invalidValue(type: string, value: unknown): Refusal {
  return new Refusal((path) => `Invalid value at '${path}' (${type}), ${shown(value)}`);
}

/** A wish of the service itself, beyond what the JSON reader asks. `{}` stands for the place. */
export function unfit(wish: string): Refusal {
  return new Refusal((path) => `Unable to submit request because ${wish.replace('{}', path === '' ? 'it' : path)}.`);
}

/** Long values are cut: the message shall fit on a screen. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
