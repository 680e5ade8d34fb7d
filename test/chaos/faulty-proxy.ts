import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Stands on loopback between a service and its callers, and may lose their connections or hold what is under way. */
export class FaultyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cutUntil = 0;
  #stalledUntil = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param targetPort Of the service, on loopback. */
  static async open(targetPort: number): Promise<FaultyProxy> {
    const server = createServer({ allowHalfOpen: true });
    const proxy = new FaultyProxy(server);
    server.on('connection', (near) => proxy.#join(near, targetPort));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets all connections, and for so long those that are opened. */
  cut(ms: number): void {
    this.#cutUntil = Date.now() + ms;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Holds for so long what is sent in either direction; then it arrives. */
  stall(ms: number): void {
    this.#stalledUntil = Date.now() + ms;
  }

  async close(): Promise<void> {
    this.cut(Number.POSITIVE_INFINITY);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, targetPort: number): void {
    this.#track(near);
    if (Date.now() < this.#cutUntil) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    this.#track(far);
    this.#forward(near, far);
    this.#forward(far, near);
  }

  #forward(from: Socket, to: Socket): void {
    let earlier = Promise.resolve();
    const inTurn = (act: () => void) => {
      earlier = earlier.then(() => this.#calm()).then(act);
    };
    from.on('data', (chunk: Buffer) => inTurn(() => to.write(chunk)));
    from.once('end', () => inTurn(() => to.end()));
    from.once('error', () => to.resetAndDestroy());
  }

  #track(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #calm(): Promise<void> {
    for (let left = this.#stalledFor(); left > 0; left = this.#stalledFor()) await delay(left);
  }

  #stalledFor(): number {
    return this.#stalledUntil - Date.now();
  }
}
