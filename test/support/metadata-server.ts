import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a machine of Google's asks for its service account's token; Google's library finds it by this environment. */
export interface MetadataServer {
  readonly environment: { readonly GCE_METADATA_HOST: string; readonly METADATA_SERVER_DETECTION: 'assume-present' };
  /** How often a token was given. */
  given(): number;
  close(): Promise<void>;
}

export async function startMetadataServer(token: string): Promise<MetadataServer> {
  let given = 0;
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('Metadata-Flavor', 'Google');
    if (!url.includes('/service-accounts/default/token')) return response.writeHead(404).end();
    given += 1;
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify({ access_token: token, expires_in: 3_600, token_type: 'Bearer' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    environment: { GCE_METADATA_HOST: `127.0.0.1:${port}`, METADATA_SERVER_DETECTION: 'assume-present' },
    given: () => given,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
