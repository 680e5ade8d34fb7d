/** The text in a failed row's `status`, in the forms that were seen: a reason, then the service's JSON with a space behind `:` and `,`. */
function rowStatus(reason: string, code: number, name: string, message: string): string {
  return `${reason}: {"error": {"code": ${code}, "message": ${JSON.stringify(message)}, "status": "${name}"}}`;
}

export function badRequest(message: string): string {
  return rowStatus('Bad Request', 400, 'INVALID_ARGUMENT', message);
}

const BY_CODE: Readonly<Record<number, () => string>> = {
  400: () => badRequest('Request contains an invalid argument.'),
  429: () =>
    rowStatus(
      'RESOURCE_EXHAUSTED error occurred',
      429,
      'RESOURCE_EXHAUSTED',
      'Resource exhausted. Please try again later.',
    ),
  500: () => rowStatus('Internal Server Error', 500, 'INTERNAL', 'Internal error encountered.'),
  503: () => rowStatus('Service Unavailable', 503, 'UNAVAILABLE', 'The service is currently unavailable.'),
};

/** A status as an `Answer` may give it: the text itself, or an HTTP code. */
export function statusTextOf(status: string | number): string {
  if (typeof status === 'string') return status;
  return (
    BY_CODE[status]?.() ?? rowStatus(`HTTP ${status}`, status, 'UNKNOWN', `The request failed with status ${status}.`)
  );
}

/** A failure that went away by itself a while after a project's first batch. */
export function provisioningStatus(): string {
  return rowStatus(
    'Bad Request',
    400,
    'FAILED_PRECONDITION',
    'Service agents are being provisioned (https://cloud.google.com/vertex-ai/docs/general/access-control#service-agents). Please retry in a few minutes.',
  );
}
