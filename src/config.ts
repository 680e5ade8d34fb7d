import type { ConnectionOptions } from '@temporalio/client';
import { parseEndpoint } from './gateways/endpoint';
import { GatewayError } from './gateways/gateway-error';
import { DEFAULT_TASK_QUEUE } from './messages';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says; what it leaves out is null, or absent from `endpoints`. */
export interface Config {
  readonly taskQueue: string;
  readonly project: string | null;
  readonly location: string | null;
  /** Path of the module with the worker's handlers. */
  readonly handlers: string | null;
  /** Path of the JSON file with prices. */
  readonly prices: string | null;
  /** Whether the worker's runs set search attributes. */
  readonly searchAttributes: boolean;
  readonly endpoints: Endpoints;
  /** Where the Temporal UI is served, without a slash at the end. */
  readonly uiUrl: string | null;
}

export interface Endpoints {
  readonly api?: string;
  readonly storage?: string;
  readonly bigquery?: string;
  /** Hosts besides Google's that may see credentials. */
  readonly trustedHosts: readonly string[];
}

/** How to reach a Temporal namespace. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  readonly connection: {
    readonly address: string;
    readonly apiKey?: string;
    readonly tls?: TlsSetting;
    readonly metadata?: Record<string, string>;
  };
}

type TlsSetting = NonNullable<ConnectionOptions['tls']>;

/** What the command line says about Temporal; it wins over the environment. */
export interface TemporalFlags {
  readonly address?: string;
  readonly namespace?: string;
  readonly profile?: string;
}

/** A setting can't be used; nothing was done. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const LOCAL_ADDRESS = '127.0.0.1:7233';

/**
 * The project's own variables and Google's two. An empty one counts as unset.
 * @throws {ConfigurationError} naming the variable, its value and the remedy
 */
export function readConfig(environment: Environment = process.env): Config {
  const value = (name: string) => trimmed(environment, name);
  return {
    taskQueue: value('VERTEX_BATCH_TASK_QUEUE') ?? DEFAULT_TASK_QUEUE,
    project: checked(environment, 'GOOGLE_CLOUD_PROJECT', /^[a-z0-9.:-]+$/, 'a project id such as acme-prod'),
    location: checked(
      environment,
      'GOOGLE_CLOUD_LOCATION',
      /^[a-z]+(-[a-z]+\d+)?$/,
      'a region such as us-central1, or global',
    ),
    handlers: value('VERTEX_BATCH_HANDLERS') ?? null,
    prices: value('VERTEX_BATCH_PRICES') ?? null,
    searchAttributes:
      checked(environment, 'VERTEX_BATCH_SEARCH_ATTRIBUTES', /^(true|false)$/, 'true or false') === 'true',
    endpoints: readEndpoints(environment),
    uiUrl:
      checked(environment, 'VERTEX_BATCH_UI_URL', /^https?:\/\/\S+$/, 'the URL of the Temporal UI')?.replace(
        /\/+$/,
        '',
      ) ?? null,
  };
}

const ENDPOINTS = {
  api: 'VERTEX_BATCH_API_ENDPOINT',
  storage: 'VERTEX_BATCH_STORAGE_ENDPOINT',
  bigquery: 'VERTEX_BATCH_BIGQUERY_ENDPOINT',
} as const;

function readEndpoints(environment: Environment): Endpoints {
  const trustedHosts = readTrustedHosts(environment);
  const emulator = readEndpoint(environment, 'VERTEX_BATCH_EMULATOR', trustedHosts);
  const endpoints: { -readonly [Service in keyof typeof ENDPOINTS]?: string } = {};
  for (const [service, variable] of Object.entries(ENDPOINTS) as [keyof typeof ENDPOINTS, string][]) {
    const endpoint = readEndpoint(environment, variable, trustedHosts) ?? emulator;
    if (endpoint !== undefined) endpoints[service] = endpoint;
  }
  return { ...endpoints, trustedHosts };
}

function readEndpoint(environment: Environment, name: string, trustedHosts: readonly string[]): string | undefined {
  const value = trimmed(environment, name);
  if (value === undefined) return undefined;
  try {
    return parseEndpoint(value, trustedHosts).baseUrl;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new ConfigurationError(`${name}=${value}: ${error.message} Write it as http://127.0.0.1:8085.`, {
      cause: error,
    });
  }
}

function readTrustedHosts(environment: Environment): string[] {
  const hosts = (trimmed(environment, 'VERTEX_BATCH_TRUSTED_HOSTS') ?? '').split(',').map((host) => host.trim());
  const wrong = hosts.find((host) => host !== '' && !/^[A-Za-z0-9.-]+(:\d+)?$/.test(host));
  if (wrong === undefined) return hosts.filter((host) => host !== '');
  throw refused('VERTEX_BATCH_TRUSTED_HOSTS', wrong, 'a list of hosts such as vertex.acme.internal,10.0.0.7:8443');
}

function checked(environment: Environment, name: string, form: RegExp, wanted: string): string | null {
  const value = trimmed(environment, name);
  if (value === undefined) return null;
  if (form.test(value)) return value;
  throw refused(name, value, wanted);
}

function trimmed(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function refused(name: string, value: string, wanted: string): ConfigurationError {
  return new ConfigurationError(`${name} must be ${wanted}, got ${JSON.stringify(value)}. Set it so, or unset it.`);
}

/**
 * Where Temporal is, as its own environment configuration says (variables, `temporal.toml`, profiles).
 * @throws {ConfigurationError} naming the setting, its value and the remedy
 */
export async function readTemporalTarget(
  flags: TemporalFlags = {},
  environment: Environment = process.env,
): Promise<TemporalTarget> {
  const loaded = await loadProfile(flags.profile, environment);
  const { address = loaded.connectionOptions.address ?? LOCAL_ADDRESS, namespace = loaded.namespace ?? 'default' } =
    flags;
  if (!/^(\[[0-9a-fA-F:]+\]|[^\s/:[\]]+)(:\d+)?$/.test(address)) {
    const source = flags.address === undefined ? 'TEMPORAL_ADDRESS' : '--address';
    throw new ConfigurationError(
      `${source} must be host:port without a scheme, such as ${LOCAL_ADDRESS}, got ${JSON.stringify(address)}.`,
    );
  }
  const { apiKey, tls, metadata } = loaded.connectionOptions;
  return {
    address,
    namespace,
    connection: {
      address,
      ...(typeof apiKey === 'string' && { apiKey }),
      ...(tls != null && { tls }),
      ...(metadata !== undefined && { metadata: metadata as Record<string, string> }),
    },
  };
}

async function loadProfile(profile: string | undefined, environment: Environment) {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  try {
    return loadClientConnectConfig({ overrideEnvVars: given(environment), ...(profile !== undefined && { profile }) });
  } catch (error) {
    const file = environment['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml';
    const asked = profile ?? environment['TEMPORAL_PROFILE'];
    const which = asked === undefined ? '' : ` for profile ${JSON.stringify(asked)}`;
    throw new ConfigurationError(
      `Temporal's configuration${which} can't be used: ${(error as Error).message}. Check TEMPORAL_* in the environment and ${file}.`,
      { cause: error },
    );
  }
}

/** Variables that are set: compose files and CI set empty ones where they mean none. */
function given(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as Record<string, string>;
}
