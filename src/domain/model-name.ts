/** The publisher's name for a model such as `publishers/google/models/gemini-2.5-flash`; `undefined` for a tuned one. */
export function publishedModel(model: string): string | undefined {
  return /^publishers\/[^/]+\/models\/([^/]+)$/.exec(model)?.[1];
}
