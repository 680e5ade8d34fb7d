import type { Enums, Messages } from './message-table';

/** What the model may call: tool.proto, and what it lacks: behavior (values as in @google/genai 2.32). */
export const TOOL_MESSAGES: Messages = {
  Tool: {
    functionDeclarations: 'FunctionDeclaration[] ..128',
    retrieval: 'any',
    googleSearch: 'Tool.GoogleSearch',
    googleSearchRetrieval: 'GoogleSearchRetrieval',
    googleMaps: 'GoogleMaps',
    enterpriseWebSearch: 'EnterpriseWebSearch',
    parallelAiSearch: 'Tool.ParallelAiSearch',
    codeExecution: 'Tool.CodeExecution',
    urlContext: 'UrlContext',
    computerUse: 'Tool.ComputerUse',
  },
  FunctionDeclaration: {
    name: 'string!',
    description: 'string',
    parameters: 'Schema',
    parametersJsonSchema: 'any',
    response: 'Schema',
    responseJsonSchema: 'any',
    behavior: 'FunctionDeclaration.Behavior',
  },
  'Tool.GoogleSearch': { excludeDomains: 'string[]', blockingConfidence: 'Tool.PhishBlockThreshold' },
  GoogleSearchRetrieval: { dynamicRetrievalConfig: 'DynamicRetrievalConfig' },
  DynamicRetrievalConfig: { mode: 'DynamicRetrievalConfig.Mode', dynamicThreshold: 'float' },
  GoogleMaps: { enableWidget: 'bool' },
  EnterpriseWebSearch: { excludeDomains: 'string[]', blockingConfidence: 'Tool.PhishBlockThreshold' },
  'Tool.ParallelAiSearch': { apiKey: 'string', customConfigs: 'struct' },
  'Tool.CodeExecution': {},
  UrlContext: {},
  'Tool.ComputerUse': { environment: 'Tool.ComputerUse.Environment!', excludedPredefinedFunctions: 'string[]' },
  ToolConfig: { functionCallingConfig: 'FunctionCallingConfig', retrievalConfig: 'RetrievalConfig' },
  FunctionCallingConfig: {
    mode: 'FunctionCallingConfig.Mode',
    allowedFunctionNames: 'string[]',
    streamFunctionCallArguments: 'bool',
  },
  RetrievalConfig: { latLng: 'LatLng', languageCode: 'string' },
  LatLng: { latitude: 'double', longitude: 'double' },
};

export const TOOL_ENUMS: Enums = {
  'FunctionDeclaration.Behavior': 'UNSPECIFIED BLOCKING NON_BLOCKING',
  'Tool.PhishBlockThreshold':
    'PHISH_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE=30 BLOCK_MEDIUM_AND_ABOVE=40 BLOCK_HIGH_AND_ABOVE=50 BLOCK_HIGHER_AND_ABOVE=55 BLOCK_VERY_HIGH_AND_ABOVE=60 BLOCK_ONLY_EXTREMELY_HIGH=100',
  'Tool.ComputerUse.Environment': 'ENVIRONMENT_UNSPECIFIED ENVIRONMENT_BROWSER',
  'DynamicRetrievalConfig.Mode': 'MODE_UNSPECIFIED MODE_DYNAMIC',
  'FunctionCallingConfig.Mode': 'MODE_UNSPECIFIED AUTO ANY NONE VALIDATED=5',
};
