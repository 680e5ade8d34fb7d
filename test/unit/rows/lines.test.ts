import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, readLines, type ReadLinesOptions } from '../../../src/rows/lines';

async function linesOf(chunks: readonly string[], options?: ReadLinesOptions): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(streamOf(chunks), options)) lines.push(line);
  return lines;
}

async function* streamOf(chunks: readonly string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function textsOf(...chunks: string[]): Promise<string[]> {
  return (await linesOf(chunks)).map(({ content }) => String(content));
}

describe('readLines', () => {
  test('splits at line feeds, with and without one at the end', async () => {
    expect(await textsOf('a\nb\n')).toEqual(['a', 'b']);
    expect(await textsOf('a\nb')).toEqual(['a', 'b']);
    expect(await textsOf('')).toEqual([]);
  });

  test('keeps blank lines, so that numbers are those of an editor', async () => {
    expect(await textsOf('a\n\nb\n')).toEqual(['a', '', 'b']);
  });

  test('takes one carriage return before a line feed as part of the line end, and no other', async () => {
    expect(await textsOf('a\r\nb\rc\r\r\n', 'd\r', '\ne\r')).toEqual(['a', 'b\rc\r', 'd', 'e']);
  });

  test('does not split at line separators of Unicode', async () => {
    expect(await textsOf('a\u2028b\u0085c\u000b\n')).toEqual(['a\u2028b\u0085c\u000b']);
  });

  test('says where each line begins and how long it is', async () => {
    const lines = await linesOf(['añ', 'b\r\nc', 'd\n']);
    expect(lines.map(({ number, byte, length }) => ({ number, byte, length }))).toEqual([
      { number: 0, byte: 0, length: 4 },
      { number: 1, byte: 6, length: 2 },
    ]);
  });

  test('reports a line beyond the bound without its content, and goes on', async () => {
    const lines = await linesOf(['12', '34567', '8\nab\r\n12345\n'], { maxLineBytes: 4 });
    expect(lines.map(({ content, length }) => [content === undefined ? undefined : String(content), length])).toEqual([
      [undefined, 8],
      ['ab', 2],
      [undefined, 5],
    ]);
  });

  test('a line of exactly the bound is read, also with a carriage return', async () => {
    expect(
      (await linesOf(['123', '4\r', '\n1234\n'], { maxLineBytes: 4 })).map(({ content }) => String(content)),
    ).toEqual(['1234', '1234']);
  });

  test('however the bytes are cut into chunks, the lines are the same (property)', async () => {
    const chunks = fc.array(fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'ñ', '𝄞'), maxLength: 6 }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(chunks, async (cut) => {
        const inOne = await linesOf([cut.join('')]);
        expect(await linesOf(cut)).toEqual(inOne);
        const text = inOne.map(({ content }) => String(content)).join('\n');
        expect(text).toBe(
          cut
            .join('')
            .replace(/\n$/, '')
            .replace(/\r(?=\n|$)/g, ''),
        );
      }),
    );
  });
});
