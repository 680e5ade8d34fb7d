import type { BatchProgress } from '../messages';
import { publishedModel } from './model-name';

/** What Temporal can be searched for, all of type Keyword. Their names are those of a namespace's: they can't be changed. */
export const SEARCH_ATTRIBUTES = [
  'VertexBatchState',
  'VertexBatchModel',
  'VertexBatchOutcome',
  'VertexBatchAttention',
] as const;

export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number];

/** What a run shows of itself; null for what doesn't apply. */
export function searchAttributesOf(
  { phase, closed, attention }: Pick<BatchProgress, 'phase' | 'closed' | 'attention'>,
  model: string | undefined,
): Readonly<Record<SearchAttribute, string | null>> {
  return {
    VertexBatchState: phase,
    VertexBatchModel: model === undefined ? null : (publishedModel(model) ?? model),
    VertexBatchOutcome: closed?.outcome ?? null,
    VertexBatchAttention: attention?.type ?? null,
  };
}

/** The command that registers attributes in a namespace. */
export function registrationCommand(namespace: string, names: readonly string[] = SEARCH_ATTRIBUTES): string {
  const words = names.map((name) => ` --name ${name} --type Keyword`).join('');
  return `temporal operator search-attribute create --namespace ${namespace}${words}`;
}
