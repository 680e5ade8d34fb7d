import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { readWhole } from '../../../src/rows/commits';
import { LineWriter } from '../../../src/rows/line-writer';
import { failingStore } from '../../support/failing-store';

const uri = 'gs://bucket/lines.jsonl';
const LONG = 'x'.repeat(100_000);

async function addLong(writer: LineWriter, lines: number): Promise<void> {
  for (let line = 0; line < lines; line += 1) {
    writer.add(LONG);
    if (writer.isFull) await writer.drain();
  }
}

describe('LineWriter', () => {
  it('writes lines and tells where each stands', async () => {
    const store = new MemoryObjectStore();
    const writer = new LineWriter(store, uri);
    expect(writer.add('{"a":"é"}')).toEqual({ offset: 0, length: 10 });
    expect(writer.add(Buffer.from('{}'))).toEqual({ offset: 11, length: 2 });
    expect(await writer.close()).toMatchObject({ uri, rows: 2, bytes: 14 });
    expect((await readWhole(store, uri)).toString()).toBe('{"a":"é"}\n{}\n');
  });

  it('writes nothing when there are no lines', async () => {
    const store = new MemoryObjectStore();
    expect(await new LineWriter(store, uri).close()).toBeNull();
    expect(await store.find(uri)).toBeUndefined();
  });

  it('takes more than it holds at a time', async () => {
    const store = new MemoryObjectStore();
    const writer = new LineWriter(store, uri);
    await addLong(writer, 50);
    expect(await writer.close()).toMatchObject({ rows: 50, bytes: 50 * 100_001 });
  });

  it('writes in memory that the store has taken, and loses nothing', async () => {
    const store = new MemoryObjectStore();
    const writer = new LineWriter(store, uri);
    const lines = Array.from({ length: 3000 }, (_, line) => `${line} `.repeat(line % 100 === 99 ? 100_000 : 200));
    for (const line of lines) {
      writer.add(line);
      if (writer.isFull) await writer.drain();
    }
    await writer.close();
    const written = await readWhole(store, uri);
    expect(written.equals(Buffer.from(lines.map((line) => `${line}\n`).join('')))).toBe(true);
  });

  it('leaves nothing behind when it is abandoned', async () => {
    const store = new MemoryObjectStore();
    const writer = new LineWriter(store, uri);
    await addLong(writer, 20);
    await writer.abandon();
    expect(await store.find(uri)).toBeUndefined();
  });

  it('tells whoever drains or closes that the store refused, and hangs on nothing', async () => {
    const store = failingStore(new MemoryObjectStore(), () => 'before');
    await expect(addLong(new LineWriter(store, uri), 50)).rejects.toThrow(GatewayError);
    const short = new LineWriter(store, uri);
    short.add('a');
    await expect(short.close()).rejects.toThrow(GatewayError);
    await short.abandon();
  });
});
