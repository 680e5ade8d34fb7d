import type { BlobStore } from './blob-store';
import { findRoute, type FoundRoute, route, type Route } from '../route-table';
import type { Scenario } from '../scenario';
import {
  createBucket,
  deleteBucket,
  getBucket,
  getBucketPolicy,
  listBuckets,
  testBucketPermissions,
} from './bucket-routes';
import { composeObject, copyObject, rewriteObject } from './copy-routes';
import { deleteObject, downloadObject, getObject, listObjects, patchObject, updateObject } from './object-routes';
import { ResumableUploads } from './resumable-uploads';
import { assertAllowed, type StorageHandler } from './storage-call';
import { errorResponse, invalid, StorageError, toStorageError } from './storage-error';
import { cancelResumable, continueResumable, uploadObject } from './upload-routes';

export interface StorageRoutesOptions {
  readonly blobs: BlobStore;
  /** The clock by which a listing lags; the store's own. @default the machine's clock */
  readonly now?: () => Date;
  /** Where links in answers point to. @default the origin of each request */
  readonly baseUrl?: string;
  /**
   * For how long after its creation an object is missing from listings; every other read finds it at once.
   * The service's listings don't lag.
   * @default 0
   */
  readonly listingLagMs?: number | ((bucket: string, name: string) => number);
  /** What `testIamPermissions` answers that the caller may not do; looked at in each call. @default none */
  readonly deniedPermissions?: ReadonlySet<string>;
  /** Who may do what; looked at in each call. @default everybody everything */
  readonly scenario?: () => Scenario;
  /** Of the project that has the buckets. @default '0' */
  readonly projectNumber?: () => string;
}

/** Answers what the JSON API of Cloud Storage would; `undefined` for a path that is none of its. */
export type StorageRoutes = (request: Request) => Promise<Response | undefined>;

const OBJECT = '/storage/v1/b/:bucket/o/:object';
const UPLOAD = '/upload/storage/v1/b/:bucket/o';
const BUCKETS = 'storage.buckets';
const OBJECTS = 'storage.objects';

const ROUTES: readonly Route<StorageHandler>[] = [
  route('GET /storage/v1/b', listBuckets, `${BUCKETS}.list`),
  route('POST /storage/v1/b', createBucket, `${BUCKETS}.create`),
  route('GET /storage/v1/b/:bucket', getBucket, `${BUCKETS}.get`),
  route('DELETE /storage/v1/b/:bucket', deleteBucket, `${BUCKETS}.delete`),
  route('GET /storage/v1/b/:bucket/iam', getBucketPolicy, `${BUCKETS}.getIamPolicy`),
  route('GET /storage/v1/b/:bucket/iam/testPermissions', testBucketPermissions, null),
  route('GET /storage/v1/b/:bucket/o', listObjects, `${OBJECTS}.list`),
  route(`GET ${OBJECT}`, getObject, `${OBJECTS}.get`),
  route(`PATCH ${OBJECT}`, patchObject, `${OBJECTS}.update`),
  route(`PUT ${OBJECT}`, updateObject, `${OBJECTS}.update`),
  route(`DELETE ${OBJECT}`, deleteObject, `${OBJECTS}.delete`),
  route(`GET /download${OBJECT}`, downloadObject, `${OBJECTS}.get`),
  route(`POST ${OBJECT}/compose`, composeObject, `${OBJECTS}.create`),
  route(`POST ${OBJECT}/copyTo/b/:destinationBucket/o/:destinationObject`, copyObject, `${OBJECTS}.create`),
  route(`POST ${OBJECT}/rewriteTo/b/:destinationBucket/o/:destinationObject`, rewriteObject, `${OBJECTS}.create`),
  route(`POST ${UPLOAD}`, uploadObject, `${OBJECTS}.create`),
  route(`PUT ${UPLOAD}`, continueResumable, `${OBJECTS}.create`),
  route(`DELETE ${UPLOAD}`, cancelResumable, null),
];

export function createStorageRoutes(options: StorageRoutesOptions): StorageRoutes {
  const { blobs, now = () => new Date(), listingLagMs = 0, deniedPermissions = new Set<string>() } = options;
  const { scenario = () => ({}), projectNumber = () => '0' } = options;
  const lagOf = typeof listingLagMs === 'function' ? listingLagMs : () => listingLagMs;
  const uploads = new ResumableUploads(blobs);
  return async (request) => {
    const url = new URL(request.url);
    if (!/^\/(?:upload\/|download\/)?storage\/v1\//.test(url.pathname)) return undefined;
    const isDownload = url.searchParams.get('alt') === 'media' || url.pathname.startsWith('/download/');
    const origin = (options.baseUrl ?? url.origin).replace(/\/$/, '');
    const context = {
      ...{ request, query: url.searchParams, origin, blobs, uploads, now, deniedPermissions },
      ...{ scenario: scenario(), projectNumber: projectNumber() },
    };
    try {
      const { handler, path, permission } = found(request.method, url.pathname.split('/'));
      if (permission !== null) assertAllowed(context, permission);
      return await handler({ ...context, path, listingLagMs: lagOf });
    } catch (thrown) {
      const error = toStorageError(thrown);
      if (!(error instanceof StorageError)) throw error;
      return errorResponse(error, isDownload);
    }
  };
}

function found(method: string, segments: readonly string[]): FoundRoute<StorageHandler> {
  const known = findRoute(ROUTES, method, segments, (segment) => invalid(`Malformed URL: ${segment}`));
  if (known === undefined) throw new StorageError(404, 'notFound', 'Not Found');
  return known;
}
