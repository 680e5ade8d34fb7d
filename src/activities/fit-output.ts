import type { Handler } from '../define-handler';
import { HandlerError, messageOf } from '../domain/handler-error';
import type { AnsweredRow, FailedRow } from '../domain/row-outcome';
import { describeIssues, type StandardResult } from '../standard-schema';

/** How much of an answer that doesn't fit is kept, in characters. */
const KEPT_ANSWER = 1_000;

export type FittedOutput =
  | { readonly kind: 'fits'; readonly output: unknown }
  | { readonly kind: 'misfit'; readonly why: string };

/** Whether an answer's text is JSON that the handler's schema takes. Synchronous where the schema is. */
export function fitOutput(name: string, schema: NonNullable<Handler['schema']>, key: string, text: string) {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    return { kind: 'misfit', why: `it is not JSON: ${messageOf(error)}` } satisfies FittedOutput;
  }
  try {
    const result = schema['~standard'].validate(answer);
    if (!(result instanceof Promise)) {
      // what doesn't fit may be told at once by a schema that takes its time with what does
      if (result.issues === undefined && !answersLater.has(schema)) answersLater.set(schema, false);
      return fitted(result);
    }
    answersLater.set(schema, true);
    return result.then(fitted, (error: unknown) => Promise.reject(new HandlerError(name, [{ key }], error)));
  } catch (error) {
    throw new HandlerError(name, [{ key }], error);
  }
}

const answersLater = new WeakMap<object, boolean>();

/** Whether a schema is asynchronous, as far as its answers so far tell; `undefined` before the first answer that fitted. */
export function isAsynchronous(schema: NonNullable<Handler['schema']>): boolean | undefined {
  return answersLater.get(schema);
}

function fitted(result: StandardResult<unknown>): FittedOutput {
  if (result.issues === undefined) return { kind: 'fits', output: result.value };
  return { kind: 'misfit', why: describeIssues(result.issues) };
}

/** An answer that the handler's schema doesn't take: another sampling may fit. */
export function outputMismatch({ text, modelVersion, usage, promptAudioTokens }: AnsweredRow, why: string): FailedRow {
  const answer = text.length <= KEPT_ANSWER ? text : `${text.slice(0, KEPT_ANSWER)}…`;
  return {
    kind: 'failed',
    code: null,
    status: 'OUTPUT_MISMATCH',
    message: `The answer does not fit the handler's schema: ${why}. It begins: ${answer}`,
    retryable: true,
    modelVersion,
    usage,
    ...(promptAudioTokens !== undefined && { promptAudioTokens }),
  };
}
