import type { StorageRoutes } from '../../../../src/emulator/storage/routes';

export const ORIGIN = 'http://storage.test';

/** Requests as one writes them by hand, answered by routes without a socket. */
export class StorageClient {
  readonly #routes: StorageRoutes;

  constructor(routes: StorageRoutes) {
    this.#routes = routes;
  }

  async call(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#routes(new Request(new URL(path, ORIGIN), { method, ...init }));
    if (!response) throw new Error(`${path} is none of the storage's paths`);
    return response;
  }

  async json(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await this.call(method, path, init)).json();
  }

  async status(method: string, path: string, init?: RequestInit): Promise<number> {
    return (await this.call(method, path, init)).status;
  }

  /** @param query more parameters, each with its `&` */
  upload(name: string, content: string, query = '', headers: Record<string, string> = {}): Promise<Response> {
    const path = `/upload/storage/v1/b/b/o?uploadType=media&name=${encodeURIComponent(name)}${query}`;
    return this.call('POST', path, { body: content, headers });
  }

  /** @returns the new generation */
  async save(name: string, content = 'x'): Promise<number> {
    const response = await this.upload(name, content);
    const { generation } = (await response.json()) as { generation: string };
    return Number(generation);
  }

  async text(name: string, query = '', headers: Record<string, string> = {}): Promise<string> {
    const response = await this.call('GET', `${objectPath(name)}?alt=media${query}`, { headers });
    return response.text();
  }

  async names(query: string): Promise<string[]> {
    const { items = [] } = (await this.json('GET', `/storage/v1/b/b/o?${query}`)) as { items?: { name: string }[] };
    return items.map(({ name }) => name);
  }
}

export function objectPath(name: string): string {
  return `/storage/v1/b/b/o/${encodeURIComponent(name)}`;
}
