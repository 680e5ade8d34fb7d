/** Small, fast, seeded: the same rows for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = (below: number) => number;

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[random(values.length)] as Value;
}

const WORDS = [
  'Summarise',
  'the',
  'café',
  '東京',
  '😀',
  'line\nbreak',
  'tab\t',
  '"quoted"',
  'back\\slash',
  '\u2028',
  'a/b',
];

function textOf(random: Random): string {
  return Array.from({ length: random(14) }, () => pick(random, WORDS)).join(' ');
}

/** A part of each kind, in either spelling. */
const PARTS: readonly ((random: Random) => unknown)[] = [
  (random) => ({ text: textOf(random) }),
  (random) => ({ text: textOf(random), thought: true }),
  (random) => ({ inlineData: { mimeType: 'image/png', data: Buffer.alloc(random(80) + 1, 9).toString('base64') } }),
  (random) => ({ inline_data: { mime_type: 'image/jpeg', data: Buffer.alloc(random(40) + 1).toString('base64url') } }),
  (random) => ({ fileData: { mimeType: 'video/mp4', fileUri: `gs://acme/${'v'.repeat(random(50))}.mp4` } }),
  () => ({ file_data: { mime_type: 'application/pdf', file_uri: 'https://example.com/a.pdf' } }),
  (random) => ({
    functionCall: { name: 'look_up', args: { city: textOf(random), days: random(9), deep: { a: [1, 2] } } },
  }),
  (random) => ({
    functionCall: {
      name: 'look_up',
      args: { [`k${random(900)}`]: pick<unknown>(random, [1, 'a', true, [2], { b: 1 }]) },
    },
  }),
  (random) => ({ functionResponse: { name: 'look_up', response: { ok: random(2) === 0, text: textOf(random) } } }),
  (random) => ({ text: textOf(random), videoMetadata: { startOffset: '1.5s', fps: 0.5 + random(30) } }),
];

const CONFIGS: readonly ((random: Random) => unknown)[] = [
  (random) => ({
    temperature: random(25) / 10,
    topP: random(12) / 10,
    maxOutputTokens: random(4) === 0 ? '128' : 1024,
  }),
  (random) => ({ max_output_tokens: random(9000), stop_sequences: ['END'], seed: random(5) - 2 }),
  () => ({
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['a'] },
  }),
  (random) => ({ responseLogprobs: random(4) > 0, ...(random(2) === 0 && { logprobs: 1 + random(20) }) }),
  (random) => ({ logprobs: random(3), response_logprobs: pick(random, [true, true, false, null]) }),
  (random) => ({ thinkingConfig: { thinkingBudget: random(2000), includeThoughts: random(2) === 0 } }),
];

/** A row as users write it; not each is sound. */
function aRow(random: Random, number: number): Record<string, unknown> {
  const contents = Array.from({ length: 1 + random(2) }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'model',
    parts: Array.from({ length: 1 + random(2) }, () => pick(random, PARTS)(random)),
  }));
  const request: Record<string, unknown> = { contents };
  if (random(3) === 0) request['generationConfig'] = pick(random, CONFIGS)(random);
  if (random(5) === 0) {
    const part = random(6) === 0 ? pick(random, PARTS)(random) : { text: textOf(random) };
    request['systemInstruction'] = { parts: [part, { text: '', thoughtSignature: 'eA==' }].slice(random(2)) };
  }
  if (random(9) === 0) request['safetySettings'] = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }];
  if (random(9) === 0)
    request['tools'] = [{ functionDeclarations: [{ name: 'look_up', description: textOf(random) }] }];
  if (random(9) === 0) request['tools'] = [{ googleSearch: { timeRangeFilter: pick(random, [null, null, { a: 1 }]) } }];
  if (random(9) === 0) request['labels'] = { team: 'a' };
  return {
    key: random(50) === 0 ? number : `p-${number}`,
    request,
    ...(random(4) === 0 ? { note: textOf(random) } : {}),
  };
}

/** Objects in objects, so many of them. */
function nested(levels: number): unknown {
  return levels === 0 ? 1 : { a: nested(levels - 1) };
}

const VALUES: readonly unknown[] = [
  null,
  '',
  'x',
  '\u0000t',
  '\u0000b',
  '\ud800',
  0,
  -1,
  1.5,
  Infinity,
  2 ** 31,
  2 ** 53,
  1e308,
  true,
  false,
  [],
  {},
  [null],
  [[1]],
  ['a', 1],
  { a: null },
  { 'a b': 1 },
  'x'.repeat(40),
  'x'.repeat(300),
  'user',
  'tester',
  'STRING',
  '12',
  'image/png',
  '9223372036854775807',
  '-9223372036854775809',
  ...[8, 13, 14, 15, 16, 63, 64, 65].map((levels) => nested(levels)),
];
const NAMES = [
  'text',
  'role',
  'Role',
  'fileData',
  'file_data',
  'contents',
  '__proto__',
  'constructor',
  'nmae',
  '',
  '1',
  'status',
  'k'.repeat(40),
];

/** Changes one thing somewhere in the value. */
function mutateValue(random: Random, value: unknown, depth = 0): unknown {
  if (random(4) === 0 || typeof value !== 'object' || value === null) return pick(random, VALUES);
  if (Array.isArray(value)) {
    const index = random(value.length + 1);
    return index === value.length
      ? [...(value as unknown[]), pick(random, VALUES)]
      : value.with(index, mutateValue(random, value[index], depth + 1));
  }
  const entries = Object.entries(value);
  const index = random(entries.length + 1);
  const [name, member] = entries[index] ?? [pick(random, NAMES), pick(random, VALUES)];
  if (index < entries.length && random(4) === 0) entries.splice(index, 1, [pick(random, NAMES), member]);
  else if (index < entries.length && random(6) === 0) entries.splice(index, 1);
  else entries.splice(index, 1, [name, index < entries.length ? mutateValue(random, member, depth + 1) : member]);
  return Object.fromEntries(entries);
}

const PIECES = [
  '"',
  '\\',
  '\\"',
  '\\u',
  '\\u0000',
  '\\ud800',
  '\\udc00',
  '\\ud83d\\ude00',
  '\\n',
  '\\q',
  '\u0000',
  '\u0001',
  '\t',
  '\r',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '1',
  'e',
  '-',
  'null',
  'true',
  '"a":1,',
  '"key":"k",',
  '\u00e9',
  '\ufeff',
  '[[',
  '{}',
  '1e999',
  '\\/',
  '\\b',
  '\\f',
  '\\u00e9',
  '9223372036854775807',
  '{"a":'.repeat(12),
  '['.repeat(9),
  `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
];

function mutateText(random: Random, text: string): Buffer {
  const at = random(text.length + 1);
  const kind = random(4);
  if (kind === 0) return Buffer.from(text.slice(0, at) + text.slice(at + 1 + random(3)));
  if (kind === 1) return Buffer.from(text.slice(0, at));
  const bytes = Buffer.from(text.slice(0, at) + pick(random, PIECES) + text.slice(at + (kind === 2 ? 1 : 0)));
  if (random(20) === 0 && bytes.length > 0) bytes[random(bytes.length)] = 128 + random(128);
  return bytes;
}

/** Lines without line feeds: rows of which 19 in 20 have something changed in the value or in the text. */
export function mutatedLines(seed: number, count: number): Buffer[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, number) => {
    const row = aRow(random, number);
    const kind = random(20);
    if (kind === 0) return Buffer.from(JSON.stringify(row));
    const value = kind < 13 ? mutateValue(random, random(3) === 0 ? mutateValue(random, row) : row) : row;
    const text = JSON.stringify(value) ?? '';
    const line = kind < 10 ? Buffer.from(text) : mutateText(random, text);
    return Buffer.from(line.map((byte) => (byte === 0x0a ? 0x20 : byte)));
  });
}
