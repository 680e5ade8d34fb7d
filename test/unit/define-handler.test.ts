import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineHandler, type HandlerDefinition, handlerVersion } from '../../src/define-handler';

const handle = () => {};

describe('defineHandler', () => {
  it('fills in what is left out', () => {
    expect(defineHandler({ handle })).toMatchObject({
      schema: null,
      batchSize: 100,
      concurrency: 4,
      onError: 'retry',
      version: '1',
    });
  });

  it('types the rows by the schema, and by nothing without one', () => {
    defineHandler({
      schema: z.object({ day: z.coerce.date() }),
      handle: ([row]) => expectTypeOf(row!.output).toEqualTypeOf<{ day: Date }>(),
    });
    defineHandler({ handle: ([row]) => expectTypeOf(row!.output).toEqualTypeOf<undefined>() });
  });

  it.each<[unknown, string]>([
    [undefined, 'defineHandler takes an object with a handle function, got undefined'],
    [{}, 'handle must be a function of (rows, context), got undefined'],
    [{ handle, batchsize: 3 }, 'defineHandler has no field "batchsize"; did you mean batchSize?'],
    [{ handle, batchSize: 0 }, 'batchSize must be a whole number of at least 1, got 0'],
    [{ handle, batchSize: '5' }, 'batchSize must be a whole number of at least 1, got "5"'],
    [{ handle, concurrency: 1.5 }, 'concurrency must be a whole number of at least 1, got 1.5'],
    [{ handle, onError: 'ignore' }, `onError must be 'retry' or 'isolate', got "ignore"`],
    [{ handle, version: 'a/b' }, `version must be 1 to 40 letters, digits, '.', '_' or '-', got "a/b"`],
    [{ handle, schema: {} }, 'schema must be a Standard Schema'],
  ])('refuses %j', (definition, message) => {
    expect(() => defineHandler(definition as HandlerDefinition<undefined>)).toThrow(message);
  });

  it('names collected answers by version and schema', () => {
    expect(handlerVersion(defineHandler({ handle }))).toBe('1');
    expect(handlerVersion(defineHandler({ handle, schema: z.string(), version: '2' }))).toBe('2-schema');
  });
});
