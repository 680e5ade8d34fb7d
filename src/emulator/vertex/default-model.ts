import { hashOf, SeededRandom } from '../seeded-random';
import { fieldsOf, listOf } from './request/request-fields';
import { sampleOf } from './schema-sample';

type Message = Readonly<Record<string, unknown>>;

const OPENINGS = ['In short:', 'Here is what stands out:', 'A brief answer:', 'Taken together:', 'As asked:'];
const SENTENCES = [
  (words: string) => `The text speaks of ${words}.`,
  (words: string) => `What matters most is ${words}.`,
  (words: string) => `It connects ${words} in a way that is easy to follow.`,
  (words: string) => `A reader would remember ${words} — «✓».`,
  (words: string) => `Nothing in it contradicts ${words}.`,
];

/** All text of a request's contents, file URIs included. */
export function promptOf(request: Message): string {
  const texts: string[] = [];
  for (const content of listOf(request['contents'])) {
    for (const part of listOf(fieldsOf(content)['parts'])) {
      const fields = fieldsOf(part);
      const text = fields['text'] ?? fieldsOf(fields['fileData'])['fileUri'];
      if (typeof text === 'string') texts.push(text);
    }
  }
  return texts.join('\n');
}

/** A few sentences with words of the prompt, the same for the same request. */
export function textAnswer(prompt: string): string {
  const random = new SeededRandom(hashOf(prompt));
  const words = wordsOf(prompt);
  const count = 2 + random.below(3);
  const sentences = Array.from({ length: count }, () => {
    const chosen = Array.from({ length: 1 + random.below(3) }, () => words[random.below(words.length)]);
    return (SENTENCES[random.below(SENTENCES.length)] as (typeof SENTENCES)[number])([...new Set(chosen)].join(', '));
  });
  return [OPENINGS[random.below(OPENINGS.length)], ...sentences].join(' ');
}

/** JSON text that obeys the request's schema, or `undefined` when it asks for no JSON. */
export function jsonAnswer(config: Message, prompt: string): string | undefined {
  if (config['responseMimeType'] !== 'application/json') return undefined;
  const schema = config['responseSchema'] ?? config['responseJsonSchema'];
  if (schema === undefined) return JSON.stringify({ answer: textAnswer(prompt) });
  return JSON.stringify(sampleOf(schema, new SeededRandom(hashOf(prompt)), wordsOf(prompt)));
}

/** A call of the first function that the request declares, or `undefined` when it declares none or forbids calls. */
export function functionCall(request: Message, prompt: string): object | undefined {
  const calling = fieldsOf(fieldsOf(request['toolConfig'])['functionCallingConfig']);
  if (calling['mode'] === 'NONE') return undefined;
  const allowed = new Set(listOf(calling['allowedFunctionNames']));
  for (const tool of listOf(request['tools'])) {
    for (const declaration of listOf(fieldsOf(tool)['functionDeclarations'])) {
      const fields = fieldsOf(declaration);
      if (allowed.size > 0 && !allowed.has(fields['name'])) continue;
      const schema = fields['parameters'] ?? fields['parametersJsonSchema'] ?? { type: 'OBJECT' };
      return { name: fields['name'], args: sampleOf(schema, new SeededRandom(hashOf(prompt)), wordsOf(prompt)) };
    }
  }
  return undefined;
}

/** A PNG of one pixel. */
export const IMAGE = {
  mimeType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
};

/** About four characters a token, as a rule of thumb. */
export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

const WORD = /[\p{L}\p{N}\p{M}]{3,}|[\p{Extended_Pictographic}]|[\p{Script=Han}\p{Script=Thai}]/gu;

/** From the prompt's beginning only, so that long prompts cost no more than short ones. */
function wordsOf(prompt: string): readonly string[] {
  return prompt.slice(0, 400).match(WORD) ?? ['silence'];
}
