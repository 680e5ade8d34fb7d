import type { z } from 'zod';
import { didYouMean } from '../domain/nearest-name';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Of what the problems are, and what it may hold. */
interface Checked {
  /** Name of the whole. @default 'the request' */
  readonly whole?: string;
  /** The fields of the object at a path. */
  readonly fieldsAt: (path: Path) => readonly string[];
  /** What is said of fields that others have and this hasn't, by their names. */
  readonly foreign?: Readonly<Record<string, string>>;
}

/** What is wrong with a request, a sentence for each problem that names the field, what it must be, and what it is. */
export function problemsOf(issues: readonly Issue[], checked: Checked): string[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, [], checked));
}

function problemsOfIssue(issue: Issue, parent: Path, checked: Checked): string[] {
  const { whole = 'the request', fieldsAt, foreign = {} } = checked;
  const path = [...parent, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const hint = Object.hasOwn(foreign, key) ? `; ${foreign[key]}` : didYouMean(key, fieldsAt(path));
        return `unknown field ${pathText([...path, key])}${hint}`;
      });
    case 'invalid_union': {
      const meant = issue.errors.find((branch) => !branch.some((nested) => isOfAnotherKind(nested)));
      if (meant === undefined) return [sentence(whole, path, issue.message, issue.input)];
      return meant.flatMap((nested) => problemsOfIssue(nested, path, checked));
    }
    case 'invalid_key':
      return issue.issues.map(({ message }) =>
        sentence(whole, path.slice(0, -1), `has a name that ${message}`, path.at(-1)),
      );
    default:
      return [sentence(whole, path, issue.message, issue.input)];
  }
}

/** Of the forms that a field may have, this isn't the one that was meant. */
function isOfAnotherKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function sentence(whole: string, path: Path, rule: string, value: unknown): string {
  return `${path.length === 0 ? whole : pathText(path)} ${rule}, got ${shown(value)}`;
}

/** `input[1]`, `deadlines.queued`, `labels["a b"]` */
function pathText(path: Path): string {
  return path
    .map((step, depth) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = String(step);
      if (!/^[\w-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return depth === 0 ? name : `.${name}`;
    })
    .join('');
}

const LONGEST_VALUE = 200;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = jsonOf(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** What JSON can't say, such as a function or a bigint, goes by its type. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
