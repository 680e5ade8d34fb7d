/** What a `Range` header asks of a content; a header that can't be read asks for the whole. */
export type RequestedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

/** @returns a part's `end` is one past its last byte */
export function requestedRange(header: string | null, size: number): RequestedRange {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return { kind: 'whole' };
  if (first === '') return partOf(Math.max(size - Number(last), 0), size, size);
  if (last === '') return partOf(Number(first), size, size);
  return Number(last) < Number(first) ? { kind: 'whole' } : partOf(Number(first), Number(last) + 1, size);
}

function partOf(start: number, end: number, size: number): RequestedRange {
  return start < size ? { kind: 'part', start, end: Math.min(end, size) } : { kind: 'unsatisfiable' };
}
