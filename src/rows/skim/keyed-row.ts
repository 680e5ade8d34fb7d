/**
 * A reader of skeletons that have a key in one of these fields, a request whose template is known, and nothing else; `undefined` for
 * others. `JSON.parse` gives the same, but the engine keeps each short string that it makes until its next great collection: tens of
 * megabytes of keys.
 */
export function keyedRowReader(
  keyFields: readonly string[],
): (skeleton: string) => Readonly<Record<string, unknown>> | undefined {
  const name = `(${keyFields.map((field) => escaped(JSON.stringify(field))).join('|')})`;
  const key = `${name}${SPACE}:${SPACE}"([^"\\\\]*)"`;
  const request = `"request"${SPACE}:${SPACE}0`;
  const comma = `${SPACE},${SPACE}`;
  const row = new RegExp(
    `^${SPACE}\\{${SPACE}(?:${key}${comma}${request}|${request}${comma}${key})${SPACE}\\}${SPACE}$`,
  );
  const fields = new Map(keyFields.map((field) => [JSON.stringify(field), field]));
  return (skeleton) => {
    const found = row.exec(skeleton);
    if (found === null) return undefined;
    const [, nameBefore, keyBefore, nameBehind, keyBehind] = found;
    const field = fields.get(nameBefore ?? nameBehind ?? '');
    return field === undefined ? undefined : { [field]: keyBefore ?? keyBehind, request: 0 };
  };
}

const SPACE = '[ \\t\\r]*';

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
