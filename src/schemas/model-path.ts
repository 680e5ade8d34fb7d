/** The resource name of a model as the API takes it. */
export function modelPath(model: string, location: string): string {
  const tuned = /^projects\/[^/]+\/locations\/([^/]+)\/models\/[^/]+$/.exec(model);
  if (tuned !== null) {
    if (location === 'global')
      throw new TypeError(
        `model ${model} is tuned, and tuned models are not served at location global; use ${tuned[1]}`,
      );
    if (tuned[1] !== location)
      throw new TypeError(`model ${model} lies in ${tuned[1]}, but location is ${location}; use the model's location`);
    return model;
  }
  if (/\/endpoints\//.test(model)) {
    throw new TypeError(
      `model ${model} is an endpoint; batch jobs take the tuned model deployed there, projects/P/locations/L/models/ID`,
    );
  }
  if (/^publishers\/[^/]+\/models\/[^/]+$/.test(model)) return model;
  const publisherModel = /^projects\/[^/]+\/locations\/[^/]+\/(publishers\/[^/]+\/models\/[^/]+)$/.exec(model);
  if (publisherModel !== null) return model;
  if (/^[A-Za-z0-9][A-Za-z0-9.@_-]*$/.test(model)) return `publishers/google/models/${model}`;
  throw new TypeError(
    `model must be a name such as gemini-2.5-flash, publishers/google/models/M or projects/P/locations/L/models/ID, got ${JSON.stringify(model)}`,
  );
}
