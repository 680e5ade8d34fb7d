import { GoogleError } from '../google-error';
import type { Scenario } from '../scenario';

/** A model of Google's as the catalogue describes it. @param name `publishers/google/models/M` */
export function publisherModel(name: string, models: Scenario['models']): object {
  const model = name.split('/').at(-1) ?? '';
  if (modelPredicate(models)(model)) return { name, versionId: 'default', launchStage: 'GA' };
  throw new GoogleError('NOT_FOUND', `The PublisherModel ${model} does not exist.`);
}

/** A model of the caller's own; any id is one. @param name `projects/P/locations/L/models/ID` */
export function tunedModel(name: string): object {
  return { name, displayName: 'a tuned model', versionId: '1' };
}

/** Which publisher models the scenario has, by their ids. */
export function modelPredicate(models: Scenario['models']): (model: string) => boolean {
  if (typeof models === 'function') return models;
  if (models === undefined) return (model) => !model.includes('does-not-exist');
  const patterns = models.map((model) => new RegExp(`^${model.split('*').map(escaped).join('.*')}$`));
  return (model) => patterns.some((pattern) => pattern.test(model));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&');
}
