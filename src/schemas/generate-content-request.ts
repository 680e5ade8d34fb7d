import { CONTENT, SYSTEM_INSTRUCTION } from './generate-content/content';
import { atMostOne, field, list, message, of, STRING, text } from './generate-content/define';
import { GENERATION_CONFIG } from './generate-content/generation-config';
import { MODEL_ARMOR_CONFIG, SAFETY_SETTING } from './generate-content/safety';
import { TOOL, TOOL_CONFIG } from './generate-content/tools';

/** What a row's `request` may hold: `GenerateContentRequest` of the service's v1, as its batch jobs take it. */
export const GENERATE_CONTENT_REQUEST = message(
  'GenerateContentRequest',
  [
    // The job names the model; this one isn't used.
    field('model', STRING),
    list(
      'contents',
      of(() => CONTENT),
      { required: true, rule: 'contents' },
    ),
    field(
      'systemInstruction',
      of(() => SYSTEM_INSTRUCTION),
    ),
    field('cachedContent', STRING, { unsupported: 'a batch job has no explicit caching' }),
    list(
      'tools',
      of(() => TOOL),
    ),
    field(
      'toolConfig',
      of(() => TOOL_CONFIG),
    ),
    field('labels', { kind: 'map', value: text('label'), labels: true }),
    list(
      'safetySettings',
      of(() => SAFETY_SETTING),
    ),
    field(
      'modelArmorConfig',
      of(() => MODEL_ARMOR_CONFIG),
    ),
    field(
      'generationConfig',
      of(() => GENERATION_CONFIG),
    ),
  ],
  [atMostOne('modelArmorConfig', 'safetySettings')],
);
