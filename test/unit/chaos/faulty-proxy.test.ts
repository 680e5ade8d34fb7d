import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultyProxy } from '../../chaos/faulty-proxy';

describe('a faulty proxy', () => {
  let service: Server;
  let proxy: FaultyProxy;
  let received: string;

  beforeEach(async () => {
    received = '';
    service = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString();
        socket.write(`got ${chunk.toString()}`);
      });
    });
    await new Promise<void>((resolve) => {
      service.listen(0, '127.0.0.1', resolve);
    });
    proxy = await FaultyProxy.open((service.address() as AddressInfo).port);
  });

  afterEach(async () => {
    await proxy.close();
    await new Promise((resolve) => service.close(resolve));
  });

  async function connected(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    return socket;
  }

  async function isAnswered(connecting: Promise<Socket>): Promise<boolean> {
    try {
      return (await answerTo(await connecting, 'back')) === 'got back';
    } catch {
      return false;
    }
  }

  async function answerTo(socket: Socket, words: string): Promise<string> {
    socket.write(words);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString();
  }

  it('hands on what both sides say', async () => {
    const socket = await connected();
    await expect(answerTo(socket, 'hello')).resolves.toBe('got hello');
    await expect(answerTo(socket, 'again')).resolves.toBe('got again');
    socket.destroy();
  });

  it('tells a side that the other has finished', async () => {
    const socket = await connected();
    const ended = once(socket, 'end');
    socket.end('last words');
    socket.resume();
    await ended;
    expect(received).toBe('last words');
  });

  it('cuts connections, also new ones for a while, and then lets them pass again', async () => {
    const socket = await connected();
    await answerTo(socket, 'hello');
    const cutAt = Date.now();
    proxy.cut(100);
    await expect(once(socket, 'data')).rejects.toMatchObject({ code: 'ECONNRESET' });
    for (;;) {
      if (await isAnswered(connected())) break;
    }
    expect(Date.now() - cutAt).toBeGreaterThanOrEqual(90);
  });

  it('holds what is said while it stalls, and loses none of it', async () => {
    const socket = await connected();
    await answerTo(socket, 'hello');
    const stalledAt = Date.now();
    proxy.stall(100);
    await expect(answerTo(socket, 'patience')).resolves.toBe('got patience');
    expect(Date.now() - stalledAt).toBeGreaterThanOrEqual(90);
    socket.destroy();
  });

  it('resets a caller whose service is gone', async () => {
    const gone = await FaultyProxy.open(1);
    const socket = connect(gone.port, '127.0.0.1');
    await expect(once(socket, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await gone.close();
  });
});
