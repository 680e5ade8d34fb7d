import { cutText } from '../domain/cut-text';
import { didYouMean } from '../domain/nearest-name';

/** In characters; what the placeholders make longer is cut. */
export const LONGEST_DISPLAY_NAME = 80;

/** What the placeholders of a request stand for. */
interface PlaceholderContext {
  readonly workflowId: string;
  /** When the Schedule meant the run to start; null for a run that none started. */
  readonly scheduledTime: Date | null;
  /** IANA name. @default 'UTC' */
  readonly timeZone: string | undefined;
}

const NAMES = ['scheduledDate', 'scheduledTime', 'workflowId'] as const;

type PlaceholderName = (typeof NAMES)[number];

/** A word in braces is a placeholder; `{1}`, `{a,b}` and `{}` are text. */
const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9_-]*)\}/g;

/**
 * The request with the placeholders in `input` and `displayName` replaced. What isn't text there is left for the schema to refuse.
 * @throws {TypeError} for an unknown placeholder, one that has no value here, and a `timeZone` that doesn't exist
 */
export function fillPlaceholders(request: unknown, context: Omit<PlaceholderContext, 'timeZone'>): unknown {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return request;
  const { input, displayName, timeZone } = request as Readonly<Record<string, unknown>>;
  checkTimeZone(timeZone);
  const filled = { ...context, timeZone };
  return {
    ...request,
    ...(input !== undefined && { input: filledInput(input, filled) }),
    ...(typeof displayName === 'string' && { displayName: filledName(displayName, filled) }),
  };
}

function filledInput(input: unknown, context: PlaceholderContext): unknown {
  if (Array.isArray(input)) return input.map((uri: unknown) => filledInput(uri, context));
  return typeof input === 'string' ? fill('input', input, context) : input;
}

function filledName(name: string, context: PlaceholderContext): string {
  const filled = fill('displayName', name, context);
  return filled === name ? name : cutText(filled, LONGEST_DISPLAY_NAME);
}

function fill(field: 'input' | 'displayName', text: string, context: PlaceholderContext): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    if (isPlaceholder(name)) return valueOf(name, field, context);
    throw new TypeError(
      `${field} has the unknown placeholder {${name}}${didYouMean(name, NAMES)}; known are ${NAMES.map((known) => `{${known}}`).join(', ')}`,
    );
  });
}

function isPlaceholder(name: string): name is PlaceholderName {
  return (NAMES as readonly string[]).includes(name);
}

function valueOf(name: PlaceholderName, field: 'input' | 'displayName', context: PlaceholderContext): string {
  if (name === 'workflowId') return idFor(field, context.workflowId);
  if (context.scheduledTime === null) {
    throw new TypeError(
      `${field} has {${name}}, and no Schedule started this run; write the date itself, or trigger the Schedule`,
    );
  }
  const { date, time } = localTime(context.scheduledTime, context.timeZone ?? 'UTC');
  return name === 'scheduledDate' ? date : time;
}

/** In an input, a `*` of the id would match what nobody meant. */
function idFor(field: 'input' | 'displayName', workflowId: string): string {
  if (field === 'displayName' || !/[*?[\]]/.test(workflowId)) return workflowId;
  throw new TypeError(
    `input has {workflowId}, and this id has characters that are wildcards there: ${workflowId}; choose another id`,
  );
}

function checkTimeZone(timeZone: unknown): asserts timeZone is string | undefined {
  if (timeZone === undefined) return;
  if (typeof timeZone === 'string' && isTimeZone(timeZone)) return;
  throw new TypeError(`timeZone must be an IANA name such as Europe/Rome, got ${JSON.stringify(timeZone)}`);
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `2026-11-22` and `2026-11-22T01:30:00+01:00` as clocks of the zone show it; `Z` in UTC. */
function localTime(instant: Date, timeZone: string): { readonly date: string; readonly time: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const date = `${parts['year']}-${parts['month']}-${parts['day']}`;
  // GMT itself is written with or without its +00:00
  const offset = (parts['timeZoneName'] ?? '').replace(/^GMT(\+00:00)?/, '');
  return {
    date,
    time: `${date}T${parts['hour']}:${parts['minute']}:${parts['second']}${offset === '' ? 'Z' : offset}`,
  };
}
