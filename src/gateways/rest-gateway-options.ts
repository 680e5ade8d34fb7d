import type { AccessTokens } from './access-tokens';
import type { RequestObserver } from './request-observer';

/** How a gateway reaches one of Google's REST APIs. */
export interface RestGatewayOptions {
  readonly tokens: AccessTokens;
  /** Stands in for Google's hosts; may carry a path prefix. Credentials go there only as `parseEndpoint` says. */
  readonly endpoint?: string;
  /** Makes the requests; always called with a `Request`. @default the global one */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Hosts besides Google's that may see credentials. @default none */
  readonly trustedHosts?: readonly string[];
  readonly observe?: RequestObserver;
}
