import { atMostOne, BOOLEAN, field, list, message, number, of, STRING } from './define';

export const RETRIEVAL = message(
  'Retrieval',
  [
    field(
      'vertexAiSearch',
      of(() => VERTEX_AI_SEARCH),
    ),
    field(
      'vertexRagStore',
      of(() => VERTEX_RAG_STORE),
      { unsupported: 'a batch job has no RAG' },
    ),
    field('disableAttribution', BOOLEAN),
  ],
  [atMostOne('vertexAiSearch', 'vertexRagStore')],
);

const VERTEX_AI_SEARCH = message(
  'VertexAISearch',
  [
    field('datastore', STRING),
    field('engine', STRING),
    field('maxResults', number('int32')),
    field('filter', STRING),
    list(
      'dataStoreSpecs',
      of(() => DATA_STORE_SPEC),
    ),
  ],
  [atMostOne('datastore', 'engine')],
);

const DATA_STORE_SPEC = message('VertexAISearch.DataStoreSpec', [field('dataStore', STRING), field('filter', STRING)]);

const VERTEX_RAG_STORE = message('VertexRagStore', [
  list(
    'ragResources',
    of(() => RAG_RESOURCE),
  ),
  field('similarityTopK', number('int32')),
  field('vectorDistanceThreshold', number('double')),
  field(
    'ragRetrievalConfig',
    of(() => RAG_RETRIEVAL_CONFIG),
  ),
]);

const RAG_RESOURCE = message('VertexRagStore.RagResource', [field('ragCorpus', STRING), list('ragFileIds', STRING)]);

const RAG_RETRIEVAL_CONFIG = message('RagRetrievalConfig', [
  field('topK', number('int32')),
  field(
    'filter',
    of(() => RAG_FILTER),
  ),
  field(
    'ranking',
    of(() => RAG_RANKING),
  ),
]);

const RAG_FILTER = message(
  'RagRetrievalConfig.Filter',
  [
    field('vectorDistanceThreshold', number('double')),
    field('vectorSimilarityThreshold', number('double')),
    field('metadataFilter', STRING),
  ],
  [atMostOne('vectorDistanceThreshold', 'vectorSimilarityThreshold')],
);

const RAG_RANKING = message(
  'RagRetrievalConfig.Ranking',
  [
    field(
      'rankService',
      of(() => RANK_SERVICE),
    ),
    field(
      'llmRanker',
      of(() => LLM_RANKER),
    ),
  ],
  [atMostOne('rankService', 'llmRanker')],
);

const RANK_SERVICE = message('RagRetrievalConfig.Ranking.RankService', [field('modelName', STRING)]);

const LLM_RANKER = message('RagRetrievalConfig.Ranking.LlmRanker', [field('modelName', STRING)]);
