import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Verdict } from '../contest/measured';

const blob = z.object({ mimeType: z.string(), data: z.string() });
const fileData = z.object({ mimeType: z.string(), fileUri: z.string() });
const snakeBlob = z.object({ mime_type: z.string(), data: z.string() });
const snakeFileData = z.object({ mime_type: z.string(), file_uri: z.string() });

const part = z
  .object({
    text: z.string().optional(),
    inlineData: blob.optional(),
    inline_data: snakeBlob.optional(),
    fileData: fileData.optional(),
    file_data: snakeFileData.optional(),
  })
  .refine((value) => Object.values(value).filter((member) => member !== undefined).length === 1, 'one kind of data');

const content = z.object({ role: z.enum(['user', 'model']).optional(), parts: z.array(part).min(1) });
const instruction = z.object({ parts: z.array(z.object({ text: z.string() })).min(1) });

const declaration = z.object({
  name: z.string().regex(/^[A-Za-z_][\w.-]{0,63}$/),
  description: z.string().optional(),
  parameters: z.looseObject({ type: z.string() }).optional(),
});

const temperature = z.number().min(0).max(2).optional();

const generationConfig = z.object({
  temperature,
  topP: z.number().min(0).max(1).optional(),
  maxOutputTokens: z.int().positive().optional(),
  responseMimeType: z.string().optional(),
});

const snakeGenerationConfig = z.object({
  temperature,
  top_p: z.number().min(0).max(1).optional(),
  max_output_tokens: z.int().positive().optional(),
  response_mime_type: z.string().optional(),
});

const safetySettings = z.array(z.object({ category: z.string(), threshold: z.string() })).optional();

const row = z.object({
  key: z.string(),
  request: z.object({
    contents: z.array(content).min(1),
    systemInstruction: instruction.optional(),
    system_instruction: instruction.optional(),
    tools: z
      .array(
        z.object({
          functionDeclarations: z.array(declaration).optional(),
          function_declarations: z.array(declaration).optional(),
        }),
      )
      .optional(),
    generationConfig: generationConfig.optional(),
    generation_config: snakeGenerationConfig.optional(),
    safetySettings,
    safety_settings: safetySettings,
    labels: z.record(z.string(), z.string()).optional(),
  }),
});

/** Whether a row has the fields that people use, as they should be. */
export function isValidRow(value: unknown): boolean {
  return row.safeParse(value).success;
}

/** What people write: readline, `JSON.parse`, and a schema of the fields that they use. */
export async function checkWithZod(bytes: Readable): Promise<Verdict> {
  let rows = 0;
  let errors = 0;
  for await (const line of createInterface({ input: bytes, crlfDelay: Infinity })) {
    rows += 1;
    if (!isValidRow(JSON.parse(line))) errors += 1;
  }
  return { rows, errors };
}
