import {
  atMostOne,
  BOOLEAN,
  BYTES,
  DURATION,
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

const DISCOVERY = 'discovery document of aiplatform v1';

export const CONTENT = message('Content', [
  field('role', text('role')),
  list(
    'parts',
    of(() => PART),
    { required: true, lone: true, rule: 'parts' },
  ),
]);

/** The role of a system instruction is ignored; "only text should be used in parts" (prediction_service.proto). */
export const SYSTEM_INSTRUCTION = message('Content', [
  field('role', STRING),
  list(
    'parts',
    of(() => INSTRUCTION_PART),
    { required: true, lone: true, rule: 'parts' },
  ),
]);

const TEXT = field('text', STRING, { rule: 'part' });

const OTHER_DATA = [
  field(
    'inlineData',
    of(() => BLOB),
    { rule: 'part' },
  ),
  field(
    'fileData',
    of(() => FILE_DATA),
    { rule: 'part' },
  ),
  field(
    'functionCall',
    of(() => FUNCTION_CALL),
    { rule: 'part' },
  ),
  field(
    'functionResponse',
    of(() => FUNCTION_RESPONSE),
    { rule: 'part' },
  ),
  field(
    'executableCode',
    of(() => EXECUTABLE_CODE),
    { rule: 'part' },
  ),
  field(
    'codeExecutionResult',
    of(() => CODE_EXECUTION_RESULT),
    { rule: 'part' },
  ),
];

const BESIDE_DATA = [
  field('thought', BOOLEAN),
  field('thoughtSignature', BYTES),
  field(
    'videoMetadata',
    of(() => VIDEO_METADATA),
  ),
  field(
    'mediaResolution',
    of(() => MEDIA_RESOLUTION),
  ),
  field('mediaProcessing', namesOf('MEDIA_PROCESSING_UNSPECIFIED', 'STATIC', 'AGENTIC'), {
    source: 'inference reference; values of @google/genai 2.32',
  }),
];

const OTHER_NAMES = OTHER_DATA.map(({ name }) => name);
const DATA_NAMES = [TEXT.name, ...OTHER_NAMES];

const PART = message(
  'Part',
  [TEXT, ...OTHER_DATA, ...BESIDE_DATA],
  [{ fields: DATA_NAMES, required: true, rule: 'part', unless: ['thoughtSignature'] }],
);

const INSTRUCTION_PART = message(
  'Part',
  [
    TEXT,
    ...OTHER_DATA.map((data) => ({ ...data, unsupported: 'a system instruction takes text only' })),
    ...BESIDE_DATA,
  ],
  [
    { fields: DATA_NAMES, required: false, rule: 'part' },
    { fields: [TEXT.name], required: true, rule: 'part', unless: OTHER_NAMES },
  ],
);

const BLOB = message('Blob', [
  field('mimeType', text('mime-type'), { required: true }),
  field('data', BYTES, { required: true, most: { bytes: 7_000_000, mimeType: 'image/' } }),
  field('displayName', STRING, { source: DISCOVERY }),
]);

const FILE_DATA = message('FileData', [
  field('mimeType', text('mime-type'), { required: true }),
  field('fileUri', text('uri'), { required: true }),
  field('displayName', STRING, { source: DISCOVERY }),
]);

const FUNCTION_CALL = message('FunctionCall', [
  field('name', STRING),
  field('args', STRUCT),
  list(
    'partialArgs',
    of(() => PARTIAL_ARG),
  ),
  field('willContinue', BOOLEAN),
]);

const PARTIAL_ARG = message(
  'PartialArg',
  [
    field('nullValue', enumOf({ NULL_VALUE: 0 })),
    field('numberValue', number('double')),
    field('stringValue', STRING),
    field('boolValue', BOOLEAN),
    field('jsonPath', STRING, { required: true }),
    field('willContinue', BOOLEAN),
  ],
  [atMostOne('nullValue', 'numberValue', 'stringValue', 'boolValue')],
);

const FUNCTION_RESPONSE = message('FunctionResponse', [
  field('name', STRING, { required: true }),
  field('response', STRUCT, { required: true }),
  list(
    'parts',
    of(() => FUNCTION_RESPONSE_PART),
  ),
  field('scheduling', namesOf('SCHEDULING_UNSPECIFIED', 'SILENT', 'WHEN_IDLE', 'INTERRUPT'), { source: DISCOVERY }),
]);

const FUNCTION_RESPONSE_PART = message(
  'FunctionResponsePart',
  [
    field(
      'inlineData',
      of(() => FUNCTION_RESPONSE_BLOB),
    ),
    field(
      'fileData',
      of(() => FUNCTION_RESPONSE_FILE_DATA),
    ),
  ],
  [atMostOne('inlineData', 'fileData')],
);

const FUNCTION_RESPONSE_BLOB = message('FunctionResponseBlob', [
  field('mimeType', text('mime-type'), { required: true }),
  field('data', BYTES, { required: true }),
  field('displayName', STRING),
]);

const FUNCTION_RESPONSE_FILE_DATA = message('FunctionResponseFileData', [
  field('mimeType', text('mime-type'), { required: true }),
  field('fileUri', text('uri'), { required: true }),
  field('displayName', STRING),
]);

const EXECUTABLE_CODE = message('ExecutableCode', [
  field('language', enumOf({ LANGUAGE_UNSPECIFIED: 0, PYTHON: 1 }), { required: true }),
  field('code', STRING, { required: true }),
]);

const CODE_EXECUTION_RESULT = message('CodeExecutionResult', [
  field('outcome', enumOf({ OUTCOME_UNSPECIFIED: 0, OUTCOME_OK: 1, OUTCOME_FAILED: 2, OUTCOME_DEADLINE_EXCEEDED: 3 }), {
    required: true,
  }),
  field('output', STRING),
]);

const VIDEO_METADATA = message('VideoMetadata', [
  field('startOffset', DURATION),
  field('endOffset', DURATION),
  field('fps', number('double', { from: 0, fromExclusive: true, to: 24 })),
]);

const MEDIA_RESOLUTION = message('Part.MediaResolution', [
  field(
    'level',
    enumOf({
      MEDIA_RESOLUTION_UNSPECIFIED: 0,
      MEDIA_RESOLUTION_LOW: 1,
      MEDIA_RESOLUTION_MEDIUM: 2,
      MEDIA_RESOLUTION_HIGH: 3,
      MEDIA_RESOLUTION_ULTRA_HIGH: 4,
    }),
  ),
]);
