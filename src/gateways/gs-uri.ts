import { GatewayError } from './gateway-error';

/** Where an object, or a prefix of objects, lies. */
export interface ObjectLocation {
  readonly bucket: string;
  /** Empty in a `gs://bucket`. */
  readonly name: string;
}

/** @throws {GatewayError} `invalid-request` for anything but `gs://bucket[/name]` */
export function parseGsUri(uri: string): ObjectLocation {
  const match = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,221}[a-z0-9])(?:\/([\s\S]*))?$/.exec(uri);
  if (match) return { bucket: match[1]!, name: match[2] ?? '' };
  throw new GatewayError('invalid-request', `URI must be gs://bucket/name, got "${uri}".`, { effect: 'never-sent' });
}

/** As {@link parseGsUri}, and the name must be one that an object can have. */
export function parseObjectUri(uri: string): ObjectLocation {
  const location = parseGsUri(uri);
  // as the last segment of a URL, dots would lead to the bucket itself
  if (!['', '.', '..'].includes(location.name)) return location;
  throw new GatewayError('invalid-request', `URI must name an object, gs://bucket/name, got "${uri}".`, {
    effect: 'never-sent',
  });
}

export function toGsUri({ bucket, name }: ObjectLocation): string {
  return `gs://${bucket}/${name}`;
}
