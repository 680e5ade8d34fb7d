import {
  ANY,
  atMostOne,
  BOOLEAN,
  enumOf,
  field,
  list,
  message,
  namesOf,
  number,
  of,
  STRING,
  STRUCT,
  text,
} from './define';
import { RETRIEVAL } from './retrieval';
import { SCHEMA } from './schema';

const KINDS = [
  list(
    'functionDeclarations',
    of(() => FUNCTION_DECLARATION),
    { items: { to: 128 } },
  ),
  field(
    'retrieval',
    of(() => RETRIEVAL),
  ),
  field(
    'googleSearch',
    of(() => GOOGLE_SEARCH),
  ),
  field(
    'googleSearchRetrieval',
    of(() => GOOGLE_SEARCH_RETRIEVAL),
  ),
  field(
    'googleMaps',
    of(() => GOOGLE_MAPS),
  ),
  field(
    'enterpriseWebSearch',
    of(() => ENTERPRISE_WEB_SEARCH),
  ),
  field(
    'parallelAiSearch',
    of(() => PARALLEL_AI_SEARCH),
  ),
  field(
    'codeExecution',
    of(() => CODE_EXECUTION),
  ),
  field(
    'urlContext',
    of(() => URL_CONTEXT),
  ),
  field(
    'computerUse',
    of(() => COMPUTER_USE),
  ),
];

export const TOOL = message('Tool', KINDS, [{ fields: KINDS.map(({ name }) => name), required: true, rule: 'tool' }]);

const FUNCTION_DECLARATION = message(
  'FunctionDeclaration',
  [
    field('name', text('function-name'), { required: true }),
    field('description', STRING),
    field(
      'parameters',
      of(() => SCHEMA),
    ),
    field('parametersJsonSchema', ANY),
    field(
      'response',
      of(() => SCHEMA),
    ),
    field('responseJsonSchema', ANY),
    field('behavior', namesOf('UNSPECIFIED', 'BLOCKING', 'NON_BLOCKING'), {
      source: 'discovery document of aiplatform v1',
    }),
  ],
  [atMostOne('parameters', 'parametersJsonSchema'), atMostOne('response', 'responseJsonSchema')],
);

const PHISH_BLOCK_THRESHOLD = enumOf({
  PHISH_BLOCK_THRESHOLD_UNSPECIFIED: 0,
  BLOCK_LOW_AND_ABOVE: 30,
  BLOCK_MEDIUM_AND_ABOVE: 40,
  BLOCK_HIGH_AND_ABOVE: 50,
  BLOCK_HIGHER_AND_ABOVE: 55,
  BLOCK_VERY_HIGH_AND_ABOVE: 60,
  BLOCK_ONLY_EXTREMELY_HIGH: 100,
});

const GOOGLE_SEARCH = message('Tool.GoogleSearch', [
  list('excludeDomains', STRING),
  field('blockingConfidence', PHISH_BLOCK_THRESHOLD),
  field('timeRangeFilter', STRUCT, {
    source:
      'googleapis/python-genai#2123: null stands for an empty googleSearch, which the import refuses; @google/genai 2.32: not supported in Vertex AI',
    unsupported: 'Vertex AI has no such field, and only its null is taken',
  }),
]);

const GOOGLE_SEARCH_RETRIEVAL = message('GoogleSearchRetrieval', [
  field(
    'dynamicRetrievalConfig',
    of(() => DYNAMIC_RETRIEVAL_CONFIG),
  ),
]);

const DYNAMIC_RETRIEVAL_CONFIG = message('DynamicRetrievalConfig', [
  field('mode', enumOf({ MODE_UNSPECIFIED: 0, MODE_DYNAMIC: 1 })),
  field('dynamicThreshold', number('float')),
]);

const GOOGLE_MAPS = message('GoogleMaps', [field('enableWidget', BOOLEAN)]);

const ENTERPRISE_WEB_SEARCH = message('EnterpriseWebSearch', [
  list('excludeDomains', STRING),
  field('blockingConfidence', PHISH_BLOCK_THRESHOLD),
]);

const PARALLEL_AI_SEARCH = message('Tool.ParallelAiSearch', [field('apiKey', STRING), field('customConfigs', STRUCT)]);

const CODE_EXECUTION = message('Tool.CodeExecution', []);

const URL_CONTEXT = message('UrlContext', []);

const COMPUTER_USE = message('Tool.ComputerUse', [
  field('environment', enumOf({ ENVIRONMENT_UNSPECIFIED: 0, ENVIRONMENT_BROWSER: 1 }), { required: true }),
  list('excludedPredefinedFunctions', STRING),
]);

export const TOOL_CONFIG = message('ToolConfig', [
  field(
    'functionCallingConfig',
    of(() => FUNCTION_CALLING_CONFIG),
  ),
  field(
    'retrievalConfig',
    of(() => RETRIEVAL_CONFIG),
  ),
]);

const FUNCTION_CALLING_CONFIG = message('FunctionCallingConfig', [
  field('mode', enumOf({ MODE_UNSPECIFIED: 0, AUTO: 1, ANY: 2, NONE: 3, VALIDATED: 5 })),
  list('allowedFunctionNames', STRING),
  field('streamFunctionCallArguments', BOOLEAN),
]);

const RETRIEVAL_CONFIG = message('RetrievalConfig', [
  field(
    'latLng',
    of(() => LAT_LNG),
  ),
  field('languageCode', STRING),
]);

const LAT_LNG = message('google.type.LatLng', [
  field('latitude', number('double', { from: -90, to: 90 })),
  field('longitude', number('double', { from: -180, to: 180 })),
]);
