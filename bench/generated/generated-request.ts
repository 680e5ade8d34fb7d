/** What differs from one generated request to the next, beside its text. */
export interface RequestChoices {
  /** Base64. */
  readonly image: string | undefined;
  readonly hasInstruction: boolean;
  /** Two more turns before the last. */
  readonly isConversation: boolean;
  readonly hasDocument: boolean;
  readonly hasTools: boolean;
  readonly hasSafetySettings: boolean;
  readonly temperature: number;
  readonly maxOutputTokens: number;
}

/** Text that is this share of the request's. */
type TextOfShare = (share: number) => string;

const LOOKUP = {
  name: 'look_up_order',
  description: 'Finds an order by its number.',
  parameters: {
    type: 'OBJECT',
    properties: { orderNumber: { type: 'STRING', description: 'As printed on the receipt.' } },
    required: ['orderNumber'],
  },
};

const SAFETY_SETTINGS = ['HARM_CATEGORY_HARASSMENT', 'HARM_CATEGORY_DANGEROUS_CONTENT'].map((category) => ({
  category,
  threshold: 'BLOCK_ONLY_HIGH',
}));

/** A GenerateContentRequest that breaks no rule, around a text. */
export function requestAround(text: TextOfShare, choices: RequestChoices): object {
  const { temperature, maxOutputTokens } = choices;
  return {
    ...(choices.hasInstruction && { systemInstruction: { parts: [{ text: text(0.08) }] } }),
    contents: contentsAround(text, choices),
    ...(choices.hasTools && { tools: [{ functionDeclarations: [LOOKUP] }] }),
    generationConfig: { temperature, topP: 0.95, maxOutputTokens, responseMimeType: 'text/plain' },
    ...(choices.hasSafetySettings && { safetySettings: SAFETY_SETTINGS }),
    labels: { team: 'catalogue', purpose: 'summaries' },
  };
}

function contentsAround(text: TextOfShare, choices: RequestChoices): object[] {
  const { image, hasInstruction, isConversation, hasDocument } = choices;
  const earlier = isConversation
    ? [
        { role: 'user', parts: [{ text: text(0.2) }] },
        { role: 'model', parts: [{ text: text(0.3) }] },
      ]
    : [];
  const rest = 1 - (hasInstruction ? 0.08 : 0) - (isConversation ? 0.5 : 0);
  const parts = [
    { text: text(rest) },
    ...(hasDocument ? [{ fileData: { mimeType: 'application/pdf', fileUri: 'gs://acme/documents/order.pdf' } }] : []),
    ...(image === undefined ? [] : [{ inlineData: { mimeType: 'image/png', data: image } }]),
  ];
  return [...earlier, { role: 'user', parts }];
}

/** The same request in the other spelling that protobuf-JSON takes; names that are the caller's own stay. */
export function inSnakeCase(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [snakeCased(name), name === 'properties' ? member : respelt(member)]),
  );
}

function respelt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(respelt);
  return typeof value === 'object' && value !== null ? inSnakeCase(value) : value;
}

function snakeCased(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
