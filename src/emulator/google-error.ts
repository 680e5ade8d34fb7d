const HTTP_STATUS = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

export type ErrorStatus = keyof typeof HTTP_STATUS;

/** A refusal in the form that Google's REST APIs give: `{"error": {code, message, status, details}}`. */
export class GoogleError extends Error {
  readonly status: ErrorStatus;
  readonly details: readonly unknown[];

  constructor(status: ErrorStatus, message: string, details: readonly unknown[] = []) {
    super(message);
    this.name = 'GoogleError';
    this.status = status;
    this.details = details;
  }

  toResponse(): Response {
    return jsonResponse(errorBody(HTTP_STATUS[this.status], this.message, this.status, this.details), {
      status: HTTP_STATUS[this.status],
    });
  }
}

/** The name that Google's error bodies pair with an HTTP status. */
export function statusNameOf(httpStatus: number): string {
  const named = Object.entries(HTTP_STATUS).find(([, code]) => code === httpStatus);
  return named?.[0] ?? (httpStatus >= 500 ? 'INTERNAL' : 'UNKNOWN');
}

export function errorBody(code: number, message: string, status: string, details: readonly unknown[] = []): object {
  return { error: { code, message, status, ...(details.length > 0 && { details }) } };
}

export function jsonResponse(
  body: object,
  options: { status?: number; headers?: Record<string, string> } = {},
): Response {
  const text = `${JSON.stringify(body, null, 2)}\n`;
  return new Response(text, {
    status: options.status ?? 200,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': String(Buffer.byteLength(text)),
      ...options.headers,
    },
  });
}
