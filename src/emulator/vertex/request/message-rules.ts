import { Refusal, unfit } from './refusal';
import { fieldsOf, listOf } from './request-fields';

type Message = Readonly<Record<string, unknown>>;

/** What the service asks of a message whose fields are sound by themselves. */
export type MessageRule = (message: Message) => Refusal | undefined;

const ROLES = new Set<unknown>(['user', 'model', undefined, null]);
const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MAX_IMAGE_BYTES = 7 * 1024 * 1024;

export const MESSAGE_RULES: Readonly<Record<string, MessageRule>> = {
  GenerateContentRequest: (request) =>
    roleRefusal(request['contents']) ??
    instructionRefusal(request['systemInstruction'] ?? request['system_instruction']) ??
    labelsRefusal(request['labels']) ??
    unsupported(request['cachedContent'] ?? request['cached_content'], 'Explicit caching'),
  Tool: (tool) => unsupported(ragOf(tool['retrieval']), 'RAG'),
  FunctionDeclaration: ({ name }) =>
    FUNCTION_NAME.test(String(name))
      ? undefined
      : new Refusal(
          () =>
            'Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.) or dashes (-), with a maximum length of 64.',
        ),
  GenerationConfig(config) {
    const { logprobs } = config;
    const asked = config['responseLogprobs'] ?? config['response_logprobs'];
    if (logprobs === undefined || logprobs === null || asked === true) return undefined;
    return unfit('logprobs need responseLogprobs to be true');
  },
  ImageConfig(config) {
    const kilopixels = /^(\d+)k$/i.exec(String(config['imageSize'] ?? config['image_size']));
    return unsupported(Number(kilopixels?.[1] ?? 0) > 1 || undefined, 'Image output above 1K');
  },
  Blob(blob) {
    const bytes = (String(blob['data']).length * 3) / 4;
    if (bytes <= MAX_IMAGE_BYTES || !String(blob['mimeType'] ?? blob['mime_type']).startsWith('image/'))
      return undefined;
    return unfit(`{} has an image of more than 7 MB`);
  },
};

/** A search in a store of one's own isn't among what batch jobs are said to lack. */
function ragOf(retrieval: unknown): unknown {
  const { vertexRagStore, vertex_rag_store: spelled = vertexRagStore } = Object(retrieval) as Message;
  return spelled;
}

function roleRefusal(contents: unknown): Refusal | undefined {
  for (const content of listOf(contents)) {
    if (!ROLES.has((content as Message)['role'])) return new Refusal(() => 'Please use a valid role: user, model.');
  }
  return undefined;
}

/** Its role is ignored. */
function instructionRefusal(instruction: unknown): Refusal | undefined {
  for (const part of listOf((instruction as Message | null | undefined)?.['parts'])) {
    if (typeof fieldsOf(part)['text'] !== 'string') {
      return new Refusal(() => 'System instruction must have text parts only.');
    }
  }
  return undefined;
}

function labelsRefusal(labels: unknown): Refusal | undefined {
  const fields = labels as Readonly<Record<string, string | null>> | null | undefined;
  for (const key in fields) {
    if (!LABEL_KEY.test(key) || !LABEL_VALUE.test(fields[key] ?? '')) {
      return unfit(
        `the label ${JSON.stringify(key)} must have a key and a value of at most 63 lowercase letters, numbers, underscores and dashes, the key beginning with a letter`,
      );
    }
  }
  return undefined;
}

function unsupported(value: unknown, what: string): Refusal | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return new Refusal(() => `${what} is not supported in batch prediction.`);
}
