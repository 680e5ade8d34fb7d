import { CALLS, ROW_OUTCOMES } from './scenario';
import type { Scenario } from './scenario';
import { nearestName } from './nearest-name';

/** Reads one value, or throws an error that says what it must be. */
type Reader = (value: unknown, path: string) => void;

const milliseconds = numberFrom(0, 'milliseconds, at least 0');
const count = integerFrom(0);
const positive = integerFrom(1);

const error = fields({ code: integerFrom(0), message: text }, ['code', 'message']);
const end = { state, finishedShare: share, error };

const FAULTS: Readonly<Record<string, Reader>> = {
  status: fields({ kind: text, status: httpStatus, body: anything, retryAfter: textOrNumber }, ['kind', 'status']),
  'lost-answer': fields({ kind: text, as: oneOf(['reset', 'stall', 'status']), status: httpStatus }, ['kind']),
  reset: fields({ kind: text }, ['kind']),
  stall: fields({ kind: text }, ['kind']),
  truncate: fields({ kind: text, afterBytes: count }, ['kind', 'afterBytes']),
  'half-close': fields({ kind: text, afterBytes: count }, ['kind']),
  html: fields({ kind: text, status: httpStatus }, ['kind']),
  'wrong-content-type': fields({ kind: text, contentType: text }, ['kind']),
  redirect: fields({ kind: text, location: text }, ['kind']),
  slow: fields({ kind: text, bytesPerSecond: positive }, ['kind', 'bytesPerSecond']),
};

const scenarioReader = fields({
  durations: stateDurations,
  transitions: listOf(fields({ ...end, ms: milliseconds, hold: boolean }, ['state'])),
  end: fields(end, ['state']),
  cancel: fields({ ms: milliseconds, end: state }),
  vanishAfterMs: milliseconds,
  liveStats: boolean,
  endTimeAlways: boolean,
  input: fields({
    noMatchCode: integerFrom(1),
    maxRows: positive,
    maxFileBytes: positive,
    blankLines: oneOf(['refused', 'skipped']),
    byteOrderMark: oneOf(['refused', 'skipped']),
    repeatedNames: oneOf(['refused', 'last']),
    bothSpellings: oneOf(['taken', 'refused']),
  }),
  requests: fields({ loneValues: boolean, lowerCaseTypes: boolean, loneSurrogates: oneOf(['taken', 'refused']) }),
  output: fields({
    files: positive,
    naming: oneOf(['plain', 'numbered', 'sharded']),
    incremental: boolean,
    infoAppears: oneOf(['created', 'running', 'end']),
    denied: boolean,
    shuffle: boolean,
  }),
  echo: fields({ extraKeys: boolean, nullFill: boolean, coerceNumericStrings: boolean }),
  listing: fields({ lagMs: milliseconds, missingPages: listOf(positive), ignoresLabels: boolean }),
  storage: fields({ listingLagMs: milliseconds, deniedPermissions: listOf(text) }),
  bigquery: fields({
    loadMs: milliseconds,
    globalJobs: oneOf(['taken', 'refused']),
    unreadableRequests: oneOf(['row', 'job']),
    existingTable: oneOf(['refused', 'appended']),
    processedTime: boolean,
  }),
  access: fields({ denied: listOf(text), projectRoles: membersByRole, bucketRoles: membersByRole }),
  models: listOf(text),
  rows: listOf(fields({ outcome: oneOf(ROW_OUTCOMES), share, containing: text, firstJobs: count }, ['outcome'])),
  faults: listOf(
    fields(
      { call: oneOf([...CALLS, 'storage.*', 'bigquery.*', '*']), path: text, times: positive, skip: count, fault },
      ['call', 'fault'],
    ),
  ),
});

/** A scenario from a JSON file. @throws {TypeError} naming the field, its value and what it must be */
export function parseScenario(json: unknown): Scenario {
  scenarioReader(json, 'scenario');
  return json as Scenario;
}

function fields(readers: Readonly<Record<string, Reader>>, required: readonly string[] = []): Reader {
  return (value, path) => {
    if (!isObject(value)) throw refused(path, value, 'an object');
    for (const name of required) {
      if (value[name] === undefined) throw new TypeError(`${path}.${name} is missing`);
    }
    for (const [name, content] of Object.entries(value)) {
      const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
      if (read === undefined) throw unknownField(path, name, Object.keys(readers));
      read(content, `${path}.${name}`);
    }
  };
}

function listOf(read: Reader): Reader {
  return (value, path) => {
    if (!Array.isArray(value)) throw refused(path, value, 'a list');
    for (const [index, item] of value.entries()) read(item, `${path}[${index}]`);
  };
}

function oneOf(names: readonly string[]): Reader {
  return (value, path) => {
    if (typeof value === 'string' && names.includes(value)) return;
    const nearest = typeof value === 'string' ? nearestName(value, names) : undefined;
    throw refused(
      path,
      value,
      `one of ${names.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
  };
}

function fault(value: unknown, path: string): void {
  if (!isObject(value)) throw refused(path, value, 'an object with a kind');
  oneOf(Object.keys(FAULTS))(value['kind'], `${path}.kind`);
  FAULTS[String(value['kind'])]?.(value, path);
}

function stateDurations(value: unknown, path: string): void {
  if (!isObject(value)) throw refused(path, value, 'an object of milliseconds by state');
  for (const [name, ms] of Object.entries(value)) {
    state(name, path);
    milliseconds(ms, `${path}.${name}`);
  }
}

function membersByRole(value: unknown, path: string): void {
  if (!isObject(value)) throw refused(path, value, 'an object of members by role');
  for (const [role, members] of Object.entries(value)) listOf(text)(members, `${path}.${role}`);
}

function state(value: unknown, path: string): void {
  if (typeof value === 'string' && /^JOB_STATE_[A-Z_]+$/.test(value)) return;
  throw refused(path, value, 'a state such as JOB_STATE_RUNNING');
}

function numberFrom(lowest: number, wanted: string): Reader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= lowest)) throw refused(path, value, wanted);
  };
}

function integerFrom(lowest: number): Reader {
  return (value, path) => {
    if (!Number.isInteger(value) || Number(value) < lowest)
      throw refused(path, value, `a whole number, at least ${lowest}`);
  };
}

function share(value: unknown, path: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw refused(path, value, 'a number from 0 to 1');
}

function httpStatus(value: unknown, path: string): void {
  if (!Number.isInteger(value) || Number(value) < 200 || Number(value) > 599)
    throw refused(path, value, 'an HTTP status');
}

function boolean(value: unknown, path: string): void {
  if (typeof value !== 'boolean') throw refused(path, value, 'true or false');
}

function text(value: unknown, path: string): void {
  if (typeof value !== 'string') throw refused(path, value, 'a text');
}

function textOrNumber(value: unknown, path: string): void {
  if (typeof value !== 'string' && typeof value !== 'number') throw refused(path, value, 'a text or a number');
}

function anything(): void {}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(path: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`${path} must be ${wanted}, got ${JSON.stringify(value) ?? 'nothing'}`);
}

function unknownField(path: string, name: string, known: readonly string[]): TypeError {
  const nearest = nearestName(name, known);
  const remedy = nearest === undefined ? `it knows ${known.join(', ')}` : `did you mean ${nearest}?`;
  return new TypeError(`${path} has no field ${name}: ${remedy}`);
}
