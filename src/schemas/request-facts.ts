import { ASSUMED, type RequestFacts } from '../domain/input-estimate';

/** What a sound request says of its tokens beside its text, in either spelling. Its long strings may be stubs. */
export function requestFacts(request: unknown): RequestFacts {
  const { maxOutputTokens, candidateCount } = outputFields(request);
  return withOutput(mediaOf(request), maxOutputTokens, candidateCount);
}

/** The fields that bound the output, as they stand. */
export function outputFields(request: unknown): {
  readonly maxOutputTokens: unknown;
  readonly candidateCount: unknown;
} {
  const config = field(request, 'generationConfig', 'generation_config');
  return {
    maxOutputTokens: field(config, 'maxOutputTokens', 'max_output_tokens'),
    candidateCount: field(config, 'candidateCount', 'candidate_count'),
  };
}

type MediaTokens = Pick<RequestFacts, 'mediaTokens' | 'soundTokens'>;

export function withOutput(
  { mediaTokens, soundTokens }: MediaTokens,
  maxOutputTokens: unknown,
  candidateCount: unknown,
): RequestFacts {
  return {
    mediaTokens,
    soundTokens,
    maxOutputTokens: positive(maxOutputTokens) ?? null,
    candidates: positive(candidateCount) ?? 1,
  };
}

function mediaOf(request: unknown): MediaTokens {
  let mediaTokens = 0;
  let soundTokens = 0;
  for (const content of listed(field(request, 'contents'))) {
    for (const part of listed(field(content, 'parts'))) {
      const media = field(part, 'inlineData', 'inline_data') ?? field(part, 'fileData', 'file_data');
      if (media === undefined || media === null) continue;
      const type = field(media, 'mimeType', 'mime_type');
      const kind = typeof type === 'string' ? type.slice(0, 6) : '';
      if (kind === 'audio/') soundTokens += ASSUMED.tokensPerSound;
      else mediaTokens += kind === 'video/' ? ASSUMED.tokensPerFilm : ASSUMED.tokensPerMediaPart;
    }
  }
  return { mediaTokens, soundTokens };
}

/** UTF-8 of all strings that are values in a request, but those of members named `data`; the scanner counts the same. */
export function textBytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + textBytesOf(element), 0);
  let sum = 0;
  for (const [name, held] of Object.entries(value)) {
    if (name !== 'data' || typeof held !== 'string') sum += textBytesOf(held);
  }
  return sum;
}

function field(value: unknown, name: string, otherName = name): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  return fields[name] ?? fields[otherName];
}

/** The API takes one object for a list of one. */
function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return value === undefined || value === null ? [] : [value];
}

/** A whole number of at least 1, which JSON may hold as text. */
function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number >= 1 && Number.isFinite(number) ? Math.trunc(number) : undefined;
}
