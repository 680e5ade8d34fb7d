/** What was meant for a name or a value of a list, such as a misspelt role. */
const WORD = /^"[\w.:/-]{1,16}"$/;

/**
 * A message about a row without what it quotes of the row, for places that outlive the row, such as a history: a prompt may
 * stand where something else should. Single words of up to 16 characters stay.
 */
export function withoutQuotedText(message: string): string {
  return message
    .replace(/, \S.* is not valid JSON$/s, '')
    .replaceAll(/(?<=, got )"(?:[^"\\]|\\.)*(?:"|…|$)/gs, (quoted) => (WORD.test(quoted) ? quoted : '"…"'));
}
