import type { Enums, Messages } from './message-table';

/** What is said: content.proto, and what the protos lack: displayName, scheduling, mediaProcessing (values as in @google/genai 2.32). */
export const CONTENT_MESSAGES: Messages = {
  GenerateContentRequest: {
    model: 'string',
    contents: 'Content[]!',
    systemInstruction: 'Content',
    cachedContent: 'string',
    tools: 'Tool[]',
    toolConfig: 'ToolConfig',
    labels: 'string{}',
    safetySettings: 'SafetySetting[]',
    modelArmorConfig: 'ModelArmorConfig',
    generationConfig: 'GenerationConfig',
  },
  Content: { role: 'string', parts: 'Part[]! lone' },
  Part: {
    text: 'string',
    inlineData: 'Blob',
    fileData: 'FileData',
    functionCall: 'FunctionCall',
    functionResponse: 'FunctionResponse',
    executableCode: 'ExecutableCode',
    codeExecutionResult: 'CodeExecutionResult',
    thought: 'bool',
    thoughtSignature: 'bytes',
    videoMetadata: 'VideoMetadata',
    mediaResolution: 'Part.MediaResolution',
    mediaProcessing: 'MediaProcessing',
  },
  Blob: { mimeType: 'string!', data: 'bytes!', displayName: 'string' },
  FileData: { mimeType: 'string!', fileUri: 'string!', displayName: 'string' },
  FunctionCall: { name: 'string', args: 'struct', partialArgs: 'PartialArg[]', willContinue: 'bool' },
  PartialArg: {
    nullValue: 'NullValue',
    numberValue: 'double',
    stringValue: 'string',
    boolValue: 'bool',
    jsonPath: 'string!',
    willContinue: 'bool',
  },
  FunctionResponse: {
    name: 'string!',
    response: 'struct!',
    parts: 'FunctionResponsePart[]',
    scheduling: 'FunctionResponse.Scheduling',
  },
  FunctionResponsePart: { inlineData: 'FunctionResponseBlob', fileData: 'FunctionResponseFileData' },
  FunctionResponseBlob: { mimeType: 'string!', data: 'bytes!', displayName: 'string' },
  FunctionResponseFileData: { mimeType: 'string!', fileUri: 'string!', displayName: 'string' },
  ExecutableCode: { language: 'ExecutableCode.Language!', code: 'string!' },
  CodeExecutionResult: { outcome: 'CodeExecutionResult.Outcome!', output: 'string' },
  VideoMetadata: { startOffset: 'duration', endOffset: 'duration', fps: 'double >0..24' },
  'Part.MediaResolution': { level: 'Part.MediaResolution.Level' },
  SafetySetting: {
    category: 'HarmCategory!',
    threshold: 'SafetySetting.HarmBlockThreshold!',
    method: 'SafetySetting.HarmBlockMethod',
  },
  ModelArmorConfig: { promptTemplateName: 'string', responseTemplateName: 'string' },
};

export const CONTENT_ENUMS: Enums = {
  MediaProcessing: 'MEDIA_PROCESSING_UNSPECIFIED STATIC AGENTIC',
  'FunctionResponse.Scheduling': 'SCHEDULING_UNSPECIFIED SILENT WHEN_IDLE INTERRUPT',
  NullValue: 'NULL_VALUE',
  'ExecutableCode.Language': 'LANGUAGE_UNSPECIFIED PYTHON',
  'CodeExecutionResult.Outcome': 'OUTCOME_UNSPECIFIED OUTCOME_OK OUTCOME_FAILED OUTCOME_DEADLINE_EXCEEDED',
  'Part.MediaResolution.Level':
    'MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH MEDIA_RESOLUTION_ULTRA_HIGH',
  HarmCategory:
    'HARM_CATEGORY_UNSPECIFIED HARM_CATEGORY_HATE_SPEECH HARM_CATEGORY_DANGEROUS_CONTENT HARM_CATEGORY_HARASSMENT HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_CIVIC_INTEGRITY HARM_CATEGORY_JAILBREAK',
  'SafetySetting.HarmBlockThreshold':
    'HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE OFF',
  'SafetySetting.HarmBlockMethod': 'HARM_BLOCK_METHOD_UNSPECIFIED SEVERITY PROBABILITY',
};
