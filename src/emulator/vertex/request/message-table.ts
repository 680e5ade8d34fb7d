import { CONTENT_ENUMS, CONTENT_MESSAGES } from './content-messages';
import { GENERATION_ENUMS, GENERATION_MESSAGES } from './generation-messages';
import { TOOL_ENUMS, TOOL_MESSAGES } from './tool-messages';

/**
 * Fields of messages by the names of Google's protos, each with its type, `[]` for a list, `{}` for a map, `!` where it is required, and
 * behind that its bounds (of a number's value, or of a list's length; `<` and `>` leave the bound itself out) and `lone` for a list that
 * may be a single value.
 */
export type Messages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An enum's values by its name; a number is given where it isn't the one before and one. */
export type Enums = Readonly<Record<string, string>>;

/** Of these fields one is set, or none where it isn't `required` or another field stands for it. */
export interface OneOf {
  readonly fields: readonly string[];
  readonly required: boolean;
  readonly instead?: string;
}

export const MESSAGES: Messages = { ...CONTENT_MESSAGES, ...GENERATION_MESSAGES, ...TOOL_MESSAGES };
export const ENUMS: Enums = { ...CONTENT_ENUMS, ...GENERATION_ENUMS, ...TOOL_ENUMS };

export const ONE_OFS: Readonly<Record<string, readonly OneOf[]>> = {
  GenerateContentRequest: [atMostOne('safetySettings modelArmorConfig')],
  Part: [
    {
      ...exactlyOne('text inlineData fileData functionCall functionResponse executableCode codeExecutionResult'),
      instead: 'thoughtSignature',
    },
  ],
  PartialArg: [atMostOne('nullValue numberValue stringValue boolValue')],
  FunctionResponsePart: [atMostOne('inlineData fileData')],
  GenerationConfig: [atMostOne('responseSchema responseJsonSchema')],
  'GenerationConfig.RoutingConfig': [atMostOne('autoMode manualMode')],
  SpeechConfig: [atMostOne('voiceConfig multiSpeakerVoiceConfig')],
  VoiceConfig: [atMostOne('prebuiltVoiceConfig replicatedVoiceConfig')],
  Tool: [
    exactlyOne(
      'functionDeclarations retrieval googleSearch googleSearchRetrieval googleMaps enterpriseWebSearch parallelAiSearch codeExecution urlContext computerUse',
    ),
  ],
  FunctionDeclaration: [atMostOne('parameters parametersJsonSchema'), atMostOne('response responseJsonSchema')],
};

function exactlyOne(fields: string): OneOf {
  return { fields: fields.split(' '), required: true };
}

function atMostOne(fields: string): OneOf {
  return { fields: fields.split(' '), required: false };
}

/** An enum's names and their numbers. */
export function enumValuesOf(type: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  let number = 0;
  for (const value of ENUMS[type]?.split(' ') ?? []) {
    const [name = '', given] = value.split('=');
    number = given === undefined ? number : Number(given);
    values.set(name, number);
    number += 1;
  }
  return values;
}
