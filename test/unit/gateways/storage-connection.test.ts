import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageConnection } from '../../../src/gateways/storage-connection';

describe('StorageConnection', () => {
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(status, { connection: 'close' });
    response.end(request.headers.authorization ?? 'none');
  });
  let baseUrl = '';

  beforeEach(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => server.close());

  it.each([
    { answered: 401, takesCredentials: true, told: ['T'] },
    { answered: 401, takesCredentials: false, told: [] },
    { answered: 403, takesCredentials: true, told: [] },
    { answered: 200, takesCredentials: true, told: [] },
  ])('tells the source of a token which one was refused: %o', async ({ answered, takesCredentials, told }) => {
    status = answered;
    const refused: string[] = [];
    const tokens = { getAccessToken: async () => 'T', refused: (token: string) => void refused.push(token) };
    const connection = new StorageConnection({ baseUrl, takesCredentials }, tokens, 5_000);
    const act = { verb: 'find', uri: 'gs://acme/a' } as const;
    await connection.exchange({ act, method: 'GET', url: '/o', accept: [200, 401, 403] });
    expect(refused).toEqual(told);
  });
});
