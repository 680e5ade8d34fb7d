/** What the service refuses, as its REST API says it. */
export class BigQueryError extends Error {
  override readonly name = 'BigQueryError';
  readonly code: number;
  readonly reason: string;
  /** The field, parameter or file that it is about. */
  readonly location: string | undefined;

  constructor(code: number, reason: string, message: string, location?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.location = location;
  }
}

/** An error as it stands in a job's status and in a list of row errors. */
export interface ErrorProto {
  readonly reason: string;
  readonly message: string;
  readonly location?: string;
}

const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  501: 'UNIMPLEMENTED',
};

/** A value of a request in a message. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

export function invalid(message: string, location?: string): BigQueryError {
  return new BigQueryError(400, 'invalid', message, location);
}

export function required(name: string): BigQueryError {
  return new BigQueryError(400, 'required', `Required parameter is missing: ${name}`, name);
}

export function notFound(kind: 'Dataset' | 'Table' | 'Job' | 'URI', name: string): BigQueryError {
  return new BigQueryError(404, 'notFound', `Not found: ${kind} ${name}`);
}

export function alreadyExists(kind: 'Dataset' | 'Table' | 'Job', name: string): BigQueryError {
  return new BigQueryError(409, 'duplicate', `Already Exists: ${kind} ${name}`);
}

/** The messages as users of the service quote them. @param path what the call's address names */
export function accessDenied(permission: string, path: Readonly<Record<string, string>>): BigQueryError {
  const { project = '', dataset, table } = path;
  if (dataset === undefined) {
    const message = `User does not have ${permission} permission in project ${project}.`;
    return new BigQueryError(403, 'accessDenied', `Access Denied: Project ${project}: ${message}`);
  }
  const kind = table === undefined ? 'Dataset' : 'Table';
  const id = table === undefined ? `${project}:${dataset}` : `${project}:${dataset}.${table}`;
  const message = `Permission ${permission} denied on ${kind.toLowerCase()} ${id} (or it may not exist).`;
  return new BigQueryError(403, 'accessDenied', `Access Denied: ${kind} ${id}: ${message}`);
}

export function toErrorProto({ reason, message, location }: BigQueryError): ErrorProto {
  return { reason, ...(location !== undefined && { location }), message };
}

/** The body as recorded in n8n's issue 2622: the old list of errors, and the newer status beside it. */
export function errorResponse({ code, message, reason, location }: BigQueryError): Response {
  const where = location === undefined ? {} : { location, locationType: 'parameter' };
  const errors = [{ message, domain: 'global', reason, ...where }];
  return Response.json({ error: { code, message, errors, status: STATUS[code] ?? 'UNKNOWN' } }, { status: code });
}
