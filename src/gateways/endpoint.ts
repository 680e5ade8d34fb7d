import { GatewayError } from './gateway-error';

/** What stands in `Authorization` where no credentials may go: emulators want some token and check none. */
export const EMULATOR_TOKEN = 'emulator';

/** The address of a service that is not Google's public one. */
export interface Endpoint {
  /** Scheme, host, port and path prefix, without a slash at the end. */
  readonly baseUrl: string;
  /** Whether the user's credentials may be sent there; otherwise {@link EMULATOR_TOKEN} goes. */
  readonly takesCredentials: boolean;
}

export const BIGQUERY: Endpoint = { baseUrl: 'https://bigquery.googleapis.com', takesCredentials: true };

/**
 * Reads an endpoint that somebody configured. Credentials go over https to Google's hosts and to `trustedHosts`
 * (`name` or `name:port`) only; plain http and loopback addresses are emulators.
 * @throws {GatewayError} `invalid-request` for another https host that nobody vouched for
 */
export function parseEndpoint(endpoint: string, trustedHosts: readonly string[] = []): Endpoint {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new GatewayError(
      'invalid-request',
      `Endpoint must be a plain http or https URL, got "${withoutUser(endpoint)}".`,
      {
        effect: 'never-sent',
      },
    );
  }
  const baseUrl = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  if (url.protocol === 'http:') return { baseUrl, takesCredentials: false };
  if (isGoogleHost(url.hostname) || trustedHosts.includes(url.host) || trustedHosts.includes(url.hostname)) {
    return { baseUrl, takesCredentials: true };
  }
  if (isLoopback(url.hostname)) return { baseUrl, takesCredentials: false };
  throw new GatewayError(
    'invalid-request',
    `Credentials may not be sent to ${url.host}: it is not a host of Google's. ` +
      `Name it in VERTEX_BATCH_TRUSTED_HOSTS if it is yours, or use http for an emulator.`,
    { effect: 'never-sent' },
  );
}

/** Whether none of these addresses sees credentials; one that isn't given is Google's. */
export function areEmulators(endpoints: readonly (string | undefined)[], trustedHosts?: readonly string[]): boolean {
  return endpoints.every(
    (endpoint) => endpoint !== undefined && !parseEndpoint(endpoint, trustedHosts).takesCredentials,
  );
}

/** The host of Vertex AI for a location: a region, `global`, or the multi-regions `us` and `eu`. */
export function vertexBaseUrl(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com';
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

function isGoogleHost(hostname: string): boolean {
  return hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function withoutUser(endpoint: string): string {
  return endpoint.replace(/\/\/[^/@]*@/, '//');
}
