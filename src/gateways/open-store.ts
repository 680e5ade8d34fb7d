import type { AccessTokens } from './access-tokens';
import type { ObjectStore } from './object-store';

/** How a program of its own reaches Cloud Storage. */
export interface StorageOptions {
  /** Where tokens for Cloud Storage come from. @default Application Default Credentials */
  readonly auth?: AccessTokens;
  /** Another address of Cloud Storage, such as an emulator's. Credentials go to Google's hosts and `trustedHosts` only. */
  readonly endpoints?: { readonly storage?: string; readonly trustedHosts?: readonly string[] };
}

/** Google's client is loaded only where it is needed: what reads local files starts quicker. */
export async function openCloudStorage({ auth, endpoints = {} }: StorageOptions): Promise<ObjectStore> {
  const { ObjectStoreGcs } = await import('./object-store-gcs.js');
  const { storage, trustedHosts } = endpoints;
  return new ObjectStoreGcs({
    ...(auth && { tokens: auth }),
    ...(storage !== undefined && { apiEndpoint: storage }),
    ...(trustedHosts && { trustedHosts }),
  });
}

/** The store of a place: of `gs://…`, or of files. */
export async function openStoreOf(place: string, options: StorageOptions): Promise<ObjectStore> {
  if (place.startsWith('gs://')) return openCloudStorage(options);
  const { ObjectStoreFiles } = await import('./object-store-files.js');
  return new ObjectStoreFiles();
}
