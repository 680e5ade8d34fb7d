/** The beginning of a text that is longer than `length` UTF-16 units, with an ellipsis; no character is cut in half. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, Math.max(0, length - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
