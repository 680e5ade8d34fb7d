import type { Scenario } from '../../src/emulator';
import type { GatewayErrorKind } from '../../src/gateways/gateway-error';
import type { BenchGateway } from './gateway-bench';

type Fault = NonNullable<Scenario['faults']>[number]['fault'];

interface FaultFacts {
  readonly fault: Fault;
  /** Whether the service does what it was asked to, although its answer is lost or spoilt. */
  readonly carriedOut?: true;
  /** Whether only patience ends it. */
  readonly endless?: true;
}

/**
 * Stands at the head of every answer that isn't Google's, is the token that the token service gives, and is in no error. So short because an error of `JSON.parse` quotes ten
 * characters of what it was given.
 */
export const PLANTED = 'ya29.x';

/** What goes wrong with a call, in the words of docs/faults.md. */
const FAULT_FACTS = {
  'answers 503': { fault: { kind: 'status', status: 503 } },
  'answers 500 after it has accepted': {
    fault: { kind: 'lost-answer', as: 'status', status: 500 },
    carriedOut: true,
  },
  'accepts, and the connection is reset': { fault: { kind: 'lost-answer' }, carriedOut: true },
  'accepts, and says nothing': { fault: { kind: 'lost-answer', as: 'stall' }, carriedOut: true, endless: true },
  'answers 429': { fault: { kind: 'status', status: 429 } },
  'answers 429, Retry-After a moment': { fault: { kind: 'status', status: 429, retryAfter: '0.02' } },
  'answers 429, Retry-After ten minutes': { fault: { kind: 'status', status: 429, retryAfter: 600 } },
  'resets the connection': { fault: { kind: 'reset' } },
  'resets it in mid-body': { fault: { kind: 'truncate', afterBytes: 1 }, carriedOut: true },
  'closes it politely in mid-body': { fault: { kind: 'half-close', afterBytes: 1 }, carriedOut: true },
  'takes the request and says nothing': { fault: { kind: 'stall' }, endless: true },
  'answers 200 with half of a JSON': { fault: { kind: 'status', status: 200, body: `{"${PLANTED}": "proje` } },
  'answers 200 in plain text': { fault: { kind: 'status', status: 200, body: `${PLANTED}: upstream gone` } },
  'answers 200 with a proxy’s page': { fault: { kind: 'html', status: 200 } },
  'answers 502 with a proxy’s page': { fault: { kind: 'html' } },
  'answers 403 with a proxy’s page': { fault: { kind: 'html', status: 403 } },
  'answers 403 with another’s JSON': {
    fault: { kind: 'status', status: 403, body: { error: `${PLANTED}: blocked`, error_description: PLANTED } },
  },
  'answers under a wrong content type': { fault: { kind: 'wrong-content-type' }, carriedOut: true },
  'redirects elsewhere': { fault: { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' } },
  'answers 400': { fault: { kind: 'status', status: 400 } },
  'answers 401': { fault: { kind: 'status', status: 401 } },
  'answers 403': { fault: { kind: 'status', status: 403 } },
  'drips its answer': { fault: { kind: 'slow', bytesPerSecond: 20_000 }, carriedOut: true },
} as const satisfies Readonly<Record<string, FaultFacts>>;

export type FaultName = keyof typeof FAULT_FACTS;

export const FAULTS: Readonly<Record<FaultName, FaultFacts>> = FAULT_FACTS;

interface Failure {
  readonly kind: GatewayErrorKind;
  /** In its message. */
  readonly says: string | RegExp;
  readonly effect?: 'refused' | 'unknown' | 'never-sent';
  readonly retryAfterMs?: number;
}

/**
 * How a call ends: `unharmed` although the fault stays; `repeated`, it survives a fault in passing, and fails when it stays;
 * `fails` at once, and the next call is good; `no body` to spoil.
 */
export type Ending = { readonly how: 'unharmed' | 'no body' } | ({ readonly how: 'repeated' | 'fails' } & Failure);

type Endings = Readonly<Record<FaultName, Ending>>;

const UNHARMED: Ending = { how: 'unharmed' };

const noAnswer = (says: string | RegExp): Ending => ({ how: 'fails', kind: 'unavailable', says, effect: 'unknown' });
const refused = (kind: GatewayErrorKind, says: string, retryAfterMs?: number): Ending => ({
  how: 'fails',
  kind,
  says,
  effect: 'refused',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

const VERTEX: Endings = {
  'answers 503': noAnswer('the service could not answer. Google says: The service answered 503.'),
  'answers 500 after it has accepted': noAnswer('the service could not answer. Google says: The service answered 500.'),
  'accepts, and the connection is reset': noAnswer('ECONNRESET'),
  'accepts, and says nothing': noAnswer('no answer within 300 ms.'),
  'answers 429': refused('quota', 'too many requests, or a quota is used up.'),
  'answers 429, Retry-After a moment': refused('quota', 'too many requests', 20),
  'answers 429, Retry-After ten minutes': refused('quota', 'too many requests', 600_000),
  'resets the connection': noAnswer('ECONNRESET'),
  'resets it in mid-body': noAnswer(/ECONNRESET|other side closed/),
  'closes it politely in mid-body': noAnswer(/other side closed|ECONNRESET/),
  'takes the request and says nothing': noAnswer('no answer within 300 ms.'),
  'answers 200 with half of a JSON': noAnswer('it answered 200 without JSON; is something between here and Google?'),
  'answers 200 in plain text': noAnswer('it answered 200 without JSON; is something between here and Google?'),
  'answers 200 with a proxy’s page': noAnswer('it answered 200 without JSON; is something between here and Google?'),
  'answers 502 with a proxy’s page': noAnswer('it answered 502 (text/html; charset=UTF-8) without an error of the API'),
  'answers 403 with a proxy’s page': noAnswer('it answered 403 (text/html; charset=UTF-8) without an error of the API'),
  'answers 403 with another’s JSON': noAnswer(
    'it answered 403 (application/json; charset=UTF-8) without an error of the API',
  ),
  'answers under a wrong content type': UNHARMED,
  'redirects elsewhere': noAnswer('it answered 302 (no content type) without an error of the API'),
  'answers 400': refused('invalid-request', 'the request was refused as invalid.'),
  'answers 401': refused('unauthenticated', 'not accepted. Check Application Default Credentials.'),
  'answers 403': refused('permission', "Grant roles/aiplatform.user to the worker's service account."),
  'drips its answer': UNHARMED,
};

const repeated = (kind: GatewayErrorKind, says: string, retryAfterMs?: number): Ending => ({
  how: 'repeated',
  kind,
  says,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

const STORAGE: Endings = {
  'answers 503': repeated('unavailable', 'the service could not answer.'),
  'answers 500 after it has accepted': repeated('unavailable', 'the service could not answer.'),
  'accepts, and the connection is reset': repeated('unavailable', 'ECONNRESET'),
  'accepts, and says nothing': repeated('unavailable', 'no byte for 300 ms.'),
  'answers 429': repeated('quota', 'too many requests.'),
  'answers 429, Retry-After a moment': repeated('quota', 'too many requests.', 20),
  'answers 429, Retry-After ten minutes': refused('quota', 'too many requests.', 600_000),
  'resets the connection': repeated('unavailable', 'ECONNRESET'),
  'resets it in mid-body': repeated('unavailable', 'ECONNRESET'),
  'closes it politely in mid-body': repeated('unavailable', 'ECONNRESET'),
  'takes the request and says nothing': repeated('unavailable', 'no byte for 300 ms.'),
  'answers 200 with half of a JSON': repeated('unavailable', 'the answer is not'),
  'answers 200 in plain text': repeated('unavailable', 'the answer is not'),
  'answers 200 with a proxy’s page': repeated('unavailable', 'the answer is not'),
  'answers 502 with a proxy’s page': repeated('unavailable', 'the service could not answer. It answered 502.'),
  'answers 403 with a proxy’s page': refused('permission', 'It answered 403.'),
  'answers 403 with another’s JSON': refused('permission', 'It answered 403.'),
  'answers under a wrong content type': UNHARMED,
  'redirects elsewhere': repeated('unavailable', 'the service could not answer. It answered 302.'),
  'answers 400': refused('invalid-request', 'the request was refused as invalid.'),
  'answers 401': refused('unauthenticated', 'not accepted. Check Application Default Credentials.'),
  'answers 403': refused('permission', "to the worker's service account."),
  'drips its answer': UNHARMED,
};

/** The words of jobs, for calls that only read. */
const TABLES: Endings = {
  ...repeatedReads(VERTEX),
  'answers 429, Retry-After ten minutes': refused('quota', 'too many requests', 600_000),
  'answers 403': refused(
    'permission',
    "Grant roles/bigquery.dataViewer on the dataset to the worker's service account.",
  ),
};

/** The words of jobs but for two, and never repeated: who asks for rights can do without the answer, or asks again. */
const ACCESS: Endings = {
  ...VERTEX,
  'answers 429': refused('quota', 'too many requests.'),
  'answers 403': refused('permission', 'these credentials may not look.'),
};

/** The words of jobs, too: a load that begins twice is one load, and the activity asks again. */
const LOADS: Endings = {
  ...VERTEX,
  'answers 403': refused('permission', 'Grant roles/bigquery.jobUser on the project and roles/bigquery.dataEditor'),
};

const noToken = (says: string): Ending => ({ how: 'fails', kind: 'unavailable', says, effect: 'never-sent' });
const denied = (): Ending => ({
  how: 'fails',
  kind: 'unauthenticated',
  says: 'Run gcloud auth application-default login',
  effect: 'never-sent',
});

const TOKENS: Endings = {
  'answers 503': repeated('unavailable', 'the token service answered 503.'),
  'answers 500 after it has accepted': repeated('unavailable', 'the token service answered 500.'),
  'accepts, and the connection is reset': repeated('unavailable', 'no answer that can be read (ECONNRESET).'),
  'accepts, and says nothing': repeated('unavailable', 'no answer within 1000 ms.'),
  'answers 429': repeated('unavailable', 'the token service answered 429.'),
  'answers 429, Retry-After a moment': repeated('unavailable', 'the token service answered 429.'),
  'answers 429, Retry-After ten minutes': repeated('unavailable', 'the token service answered 429.'),
  'resets the connection': repeated('unavailable', 'no answer that can be read (ECONNRESET).'),
  'resets it in mid-body': repeated('unavailable', 'no answer that can be read (ECONNRESET).'),
  'closes it politely in mid-body': repeated('unavailable', 'no answer that can be read (ERR_STREAM_PREMATURE_CLOSE).'),
  'takes the request and says nothing': repeated('unavailable', 'no answer within 1000 ms.'),
  'answers 200 with half of a JSON': noToken('the token service gave no answer that can be read.'),
  'answers 200 in plain text': noToken('the token service gave no answer that can be read.'),
  'answers 200 with a proxy’s page': noToken('the token service gave no answer that can be read.'),
  'answers 502 with a proxy’s page': repeated('unavailable', 'the token service answered 502.'),
  'answers 403 with a proxy’s page': denied(),
  'answers 403 with another’s JSON': denied(),
  'answers under a wrong content type': noToken('the token service gave no answer that can be read.'),
  'redirects elsewhere': repeated('unavailable', 'no answer that can be read (ECONNREFUSED).'),
  'answers 400': denied(),
  'answers 401': denied(),
  'answers 403': denied(),
  'drips its answer': UNHARMED,
};

const midBody = (ending: Ending) => ({ 'resets it in mid-body': ending, 'closes it politely in mid-body': ending });
const spoiltBy = (ending: Ending) => ({
  'answers 200 with half of a JSON': ending,
  'answers 200 in plain text': ending,
  'answers 200 with a proxy’s page': ending,
});

/** Calls of a gateway that end alike. */
interface SortOfCalls {
  readonly gateway: BenchGateway;
  readonly calls: readonly string[];
  readonly endings: Endings;
}

/** Every call of every gateway. */
export const SORTS_OF_CALLS: readonly SortOfCalls[] = [
  { gateway: 'jobs', calls: ['create', 'get', 'describe', 'list', 'cancel', 'delete'], endings: VERTEX },
  {
    gateway: 'objects',
    calls: ['find', 'list', 'write once', 'send a chunk', 'compose', 'copy'],
    endings: STORAGE,
  },
  {
    gateway: 'objects',
    calls: ['open an upload'],
    endings: { ...STORAGE, ...spoiltBy(repeated('unavailable', 'the service opened no upload session.')) },
  },
  // each attempt brings a piece
  { gateway: 'objects', calls: ['read'], endings: { ...STORAGE, ...midBody(UNHARMED) } },
  { gateway: 'objects', calls: ['delete'], endings: { ...STORAGE, ...midBody({ how: 'no body' }) } },
  { gateway: 'objects', calls: ['write'], endings: neverRepeated(STORAGE) },
  { gateway: 'tables', calls: ['find', 'findDataset', 'readRows', 'readLines'], endings: TABLES },
  { gateway: 'loads', calls: ['begin', 'find'], endings: LOADS },
  {
    gateway: 'access',
    calls: [
      'projectPermissions',
      'bucketPermissions',
      'tablePermissions',
      'projectPolicy',
      'bucketPolicy',
      'datasetPolicy',
      'projectNumber',
      'bucket',
      'findModel',
    ],
    endings: ACCESS,
  },
  { gateway: 'tokens', calls: ['getAccessToken'], endings: TOKENS },
];

/** What fails in passing is asked for again. */
function repeatedReads(endings: Endings): Endings {
  const often = Object.entries(endings).map(([name, ending]): [string, Ending] => [
    name,
    'kind' in ending && (ending.kind === 'unavailable' || ending.kind === 'quota')
      ? { ...ending, how: 'repeated' }
      : ending,
  ]);
  return Object.fromEntries(often) as Endings;
}

/** What would be written twice, or over another's, is left to the caller. */
function neverRepeated(endings: Endings): Endings {
  const once = Object.entries(endings).map(([name, ending]) => [
    name,
    ending.how === 'repeated' ? { ...ending, how: 'fails' } : ending,
  ]);
  return Object.fromEntries(once) as Endings;
}
