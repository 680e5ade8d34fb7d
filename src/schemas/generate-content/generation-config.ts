import { ANY, atMostOne, BOOLEAN, BYTES, enumOf, field, list, message, number, of, STRING, text } from './define';
import { SCHEMA } from './schema';

/** Ranges are those of the inference reference. */
export const GENERATION_CONFIG = message(
  'GenerationConfig',
  [
    field('temperature', number('float', { from: 0, to: 2 })),
    field('topP', number('float', { from: 0, to: 1 })),
    field('topK', number('float')),
    field('candidateCount', number('int32')),
    field('maxOutputTokens', number('int32')),
    list('stopSequences', STRING, { items: { to: 5 } }),
    field('responseLogprobs', BOOLEAN),
    field('logprobs', number('int32', { from: 1, to: 20 }), { needs: 'responseLogprobs' }),
    field('presencePenalty', number('float', { from: -2, to: 2, toExclusive: true })),
    field('frequencyPenalty', number('float', { from: -2, to: 2, toExclusive: true })),
    field('seed', number('int32')),
    field('responseMimeType', STRING),
    field(
      'responseSchema',
      of(() => SCHEMA),
    ),
    field('responseJsonSchema', ANY),
    field(
      'routingConfig',
      of(() => ROUTING_CONFIG),
    ),
    field('audioTimestamp', BOOLEAN),
    list('responseModalities', enumOf({ MODALITY_UNSPECIFIED: 0, TEXT: 1, IMAGE: 2, AUDIO: 3 })),
    field(
      'mediaResolution',
      enumOf({
        MEDIA_RESOLUTION_UNSPECIFIED: 0,
        MEDIA_RESOLUTION_LOW: 1,
        MEDIA_RESOLUTION_MEDIUM: 2,
        MEDIA_RESOLUTION_HIGH: 3,
      }),
    ),
    field(
      'speechConfig',
      of(() => SPEECH_CONFIG),
    ),
    field(
      'thinkingConfig',
      of(() => THINKING_CONFIG),
    ),
    field(
      'imageConfig',
      of(() => IMAGE_CONFIG),
    ),
    field('enableAffectiveDialog', BOOLEAN, { source: 'discovery document of aiplatform v1' }),
  ],
  [atMostOne('responseSchema', 'responseJsonSchema')],
);

const ROUTING_CONFIG = message(
  'GenerationConfig.RoutingConfig',
  [
    field(
      'autoMode',
      of(() => AUTO_ROUTING_MODE),
    ),
    field(
      'manualMode',
      of(() => MANUAL_ROUTING_MODE),
    ),
  ],
  [atMostOne('autoMode', 'manualMode')],
);

const AUTO_ROUTING_MODE = message('GenerationConfig.RoutingConfig.AutoRoutingMode', [
  field('modelRoutingPreference', enumOf({ UNKNOWN: 0, PRIORITIZE_QUALITY: 1, BALANCED: 2, PRIORITIZE_COST: 3 })),
]);

const MANUAL_ROUTING_MODE = message('GenerationConfig.RoutingConfig.ManualRoutingMode', [field('modelName', STRING)]);

const SPEECH_CONFIG = message(
  'SpeechConfig',
  [
    field(
      'voiceConfig',
      of(() => VOICE_CONFIG),
    ),
    field('languageCode', STRING),
    field(
      'multiSpeakerVoiceConfig',
      of(() => MULTI_SPEAKER_VOICE_CONFIG),
    ),
  ],
  [atMostOne('voiceConfig', 'multiSpeakerVoiceConfig')],
);

const VOICE_CONFIG = message(
  'VoiceConfig',
  [
    field(
      'prebuiltVoiceConfig',
      of(() => PREBUILT_VOICE_CONFIG),
    ),
    field(
      'replicatedVoiceConfig',
      of(() => REPLICATED_VOICE_CONFIG),
    ),
  ],
  [atMostOne('prebuiltVoiceConfig', 'replicatedVoiceConfig')],
);

const PREBUILT_VOICE_CONFIG = message('PrebuiltVoiceConfig', [field('voiceName', STRING)]);

const REPLICATED_VOICE_CONFIG = message('ReplicatedVoiceConfig', [
  field('mimeType', STRING),
  field('voiceSampleAudio', BYTES),
]);

const MULTI_SPEAKER_VOICE_CONFIG = message('MultiSpeakerVoiceConfig', [
  list(
    'speakerVoiceConfigs',
    of(() => SPEAKER_VOICE_CONFIG),
    { required: true },
  ),
]);

const SPEAKER_VOICE_CONFIG = message('SpeakerVoiceConfig', [
  field('speaker', STRING, { required: true }),
  field(
    'voiceConfig',
    of(() => VOICE_CONFIG),
    { required: true },
  ),
]);

const THINKING_CONFIG = message('GenerationConfig.ThinkingConfig', [
  field('includeThoughts', BOOLEAN),
  field('thinkingBudget', number('int32')),
  field('thinkingLevel', enumOf({ THINKING_LEVEL_UNSPECIFIED: 0, LOW: 1, MEDIUM: 2, HIGH: 3, MINIMAL: 4 })),
]);

const IMAGE_CONFIG = message('ImageConfig', [
  field(
    'imageOutputOptions',
    of(() => IMAGE_OUTPUT_OPTIONS),
  ),
  field('aspectRatio', STRING),
  field('personGeneration', enumOf({ PERSON_GENERATION_UNSPECIFIED: 0, ALLOW_ALL: 1, ALLOW_ADULT: 2, ALLOW_NONE: 3 })),
  field('imageSize', text('image-size')),
]);

const IMAGE_OUTPUT_OPTIONS = message('ImageConfig.ImageOutputOptions', [
  field('mimeType', STRING),
  field('compressionQuality', number('int32')),
]);
