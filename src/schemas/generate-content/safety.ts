import { enumOf, field, message, STRING } from './define';

export const SAFETY_SETTING = message('SafetySetting', [
  field(
    'category',
    enumOf({
      HARM_CATEGORY_UNSPECIFIED: 0,
      HARM_CATEGORY_HATE_SPEECH: 1,
      HARM_CATEGORY_DANGEROUS_CONTENT: 2,
      HARM_CATEGORY_HARASSMENT: 3,
      HARM_CATEGORY_SEXUALLY_EXPLICIT: 4,
      HARM_CATEGORY_CIVIC_INTEGRITY: 5,
      HARM_CATEGORY_JAILBREAK: 6,
    }),
    { required: true },
  ),
  field(
    'threshold',
    enumOf({
      HARM_BLOCK_THRESHOLD_UNSPECIFIED: 0,
      BLOCK_LOW_AND_ABOVE: 1,
      BLOCK_MEDIUM_AND_ABOVE: 2,
      BLOCK_ONLY_HIGH: 3,
      BLOCK_NONE: 4,
      OFF: 5,
    }),
    { required: true },
  ),
  field('method', enumOf({ HARM_BLOCK_METHOD_UNSPECIFIED: 0, SEVERITY: 1, PROBABILITY: 2 })),
]);

export const MODEL_ARMOR_CONFIG = message('ModelArmorConfig', [
  field('promptTemplateName', STRING),
  field('responseTemplateName', STRING),
]);
