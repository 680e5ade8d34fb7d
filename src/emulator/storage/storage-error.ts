import { BlobGone, BucketNotFound, ContentMismatch, PreconditionFailed } from './blob-store';

/** What the service refuses, as its JSON API says it. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly status: number;
  readonly reason: string;
  readonly where: { readonly locationType: 'header' | 'parameter'; readonly location: string } | undefined;

  constructor(status: number, reason: string, message: string, where?: StorageError['where']) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.where = where;
  }
}

export function bucketNotFound(): StorageError {
  return new StorageError(404, 'notFound', 'The specified bucket does not exist.');
}

export function objectNotFound(bucket: string, name: string): StorageError {
  return new StorageError(404, 'notFound', `No such object: ${bucket}/${name}`);
}

export function forbidden(permission: string): StorageError {
  const message = `The caller does not have ${permission} access to the Google Cloud Storage resource. Permission '${permission}' denied on resource (or it may not exist).`;
  return new StorageError(403, 'forbidden', message);
}

export function invalid(message: string): StorageError {
  return new StorageError(400, 'invalid', message);
}

export function requiredParameter(location: string): StorageError {
  return new StorageError(400, 'required', `Required parameter: ${location}`, { locationType: 'parameter', location });
}

export function conflict(message: string): StorageError {
  return new StorageError(409, 'conflict', message);
}

export function conditionNotMet(): StorageError {
  const message = 'At least one of the pre-conditions you specified did not hold.';
  return new StorageError(412, 'conditionNotMet', message, { locationType: 'header', location: 'If-Match' });
}

/** What the store throws, in the service's words; a bug stays what it is. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof PreconditionFailed) return conditionNotMet();
  if (error instanceof BucketNotFound) return bucketNotFound();
  if (error instanceof ContentMismatch) return invalid(error.message);
  if (error instanceof BlobGone) return new StorageError(404, 'notFound', error.message);
  return error;
}

/** Downloads are refused in plain text, everything else in JSON. */
export function errorResponse(error: StorageError, isDownload: boolean): Response {
  const { status, reason, message, where } = error;
  if (isDownload) return new Response(message, { status, headers: { 'content-type': 'text/html; charset=UTF-8' } });
  const errors = [{ message, domain: 'global', reason, ...where }];
  return Response.json({ error: { code: status, message, errors } }, { status });
}
