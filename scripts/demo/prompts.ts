import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of the input: a key, fields of our own, and the request for the model. */
export interface PromptRow {
  readonly key: string;
  readonly package: string;
  readonly request: object;
}

/** Object that the rows with an image refer to. */
export const IMAGE_URI = 'gs://demo/media/pixel.png';

const LONGEST_PROMPT = 6_000;

/** What every answer must look like, as the service wants it told. */
const RESPONSE_SCHEMA = {
  type: 'OBJECT',
  properties: {
    title: { type: 'STRING' },
    summary: { type: 'STRING' },
    topics: { type: 'ARRAY', items: { type: 'STRING' } },
  },
  required: ['title', 'summary', 'topics'],
};

/** Prompts made from the READMEs that `npm ci` has just put on the disk, and some rows of other kinds. */
export function demoRows(nodeModules: string, count: number): PromptRow[] {
  const readmes = findReadmes(nodeModules);
  if (readmes.length === 0) throw new Error(`${nodeModules} has no README to make prompts from; run npm ci first.`);
  return [...readmes.slice(0, count).map(summaryRow), ...imageRows(), ...troubleRows()];
}

interface Readme {
  readonly package: string;
  readonly file: string;
  readonly text: string;
}

/** Those in most scripts of the world come first, then by name. */
function findReadmes(nodeModules: string): Readme[] {
  const found = packageNames(nodeModules).flatMap((name) => readmesOf(nodeModules, name));
  const variety = new Map(found.map((readme) => [readme, varietyOf(readme.text)]));
  return found.toSorted((one, other) => (variety.get(other) ?? 0) - (variety.get(one) ?? 0));
}

function packageNames(directory: string, scope = ''): string[] {
  return readdirSync(join(directory, scope), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? packageNames(directory, name) : [scope === '' ? name : `${scope}/${name}`],
    )
    .toSorted();
}

function readmesOf(nodeModules: string, name: string): Readme[] {
  const directory = join(nodeModules, name);
  return readdirSync(directory)
    .filter((file) => /^readme[\w.-]*\.(md|markdown)$/i.test(file))
    .map((file) => ({ package: name, file, text: readFileSync(join(directory, file), 'utf8') }))
    .filter(({ text }) => text.trim().length > 200);
}

const SCRIPTS = [
  'Han',
  'Hiragana',
  'Hangul',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Thai',
  'Devanagari',
  'Tamil',
  'Bengali',
  'Khmer',
];
const TRAITS = [
  ...SCRIPTS.map((script) => new RegExp(`\\p{Script=${script}}`, 'u')),
  /\p{Emoji_Presentation}/u,
  /^\|.*\|$/m,
  /^```/m,
];

function varietyOf(text: string): number {
  return TRAITS.filter((trait) => trait.test(text)).length;
}

function summaryRow({ package: name, file, text }: Readme): PromptRow {
  return row(`readme/${name}/${file}`, name, [
    { text: `Summarise this README for somebody in a hurry.\n\n${cut(text)}` },
  ]);
}

/** Both spellings of the API's names occur in real inputs. */
function imageRows(): PromptRow[] {
  const question = { text: 'What does this picture show?' };
  return [
    ...numbered(6, (number) =>
      row(`image/${number}`, 'pixel', [question, { fileData: { fileUri: IMAGE_URI, mimeType: 'image/png' } }]),
    ),
    ...numbered(6, (number) =>
      row(`image/snake-${number}`, 'pixel', [question, { file_data: { file_uri: IMAGE_URI, mime_type: 'image/png' } }]),
    ),
  ];
}

/** Rows that are sound to look at and get no answer: what becomes of them is what the books are for. */
function troubleRows(): PromptRow[] {
  return [
    ...numbered(3, (number) =>
      row(`blocked/${number}`, 'none', [{ text: `[[blocked]] Prompt ${number} that the service's filter stops.` }]),
    ),
    ...numbered(2, (number) =>
      row(`safety/${number}`, 'none', [{ text: `[[safety]] Prompt ${number} whose answer is held back.` }]),
    ),
    ...numbered(3, (number) =>
      row(`refused/${number}`, 'none', [{ text: `Prompt ${number} with a temperature of nine.` }], { temperature: 9 }),
    ),
  ];
}

function row(key: string, name: string, parts: readonly object[], config: object = {}): PromptRow {
  const generationConfig = { responseMimeType: 'application/json', responseSchema: RESPONSE_SCHEMA, ...config };
  return { key, package: name, request: { contents: [{ role: 'user', parts }], generationConfig } };
}

function numbered<Item>(count: number, make: (number: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

/** Never through the middle of a character. */
function cut(text: string): string {
  return text.slice(0, LONGEST_PROMPT).replace(/[\ud800-\udbff]$/, '');
}
