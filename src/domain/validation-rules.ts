export type ProblemSeverity = 'error' | 'warning';

interface RuleFacts {
  /** Unless the request says otherwise. Errors are what is known to fail; what only may fail is a warning; `off` matters in tables. */
  readonly severity: RuleSetting;
  /** `row`: a row breaks it alone and can be taken out. `input`: rows break it together. */
  readonly scope: 'row' | 'input';
  /** What the service fails when it is broken; `nothing` where only the run itself needs it. */
  readonly fails: 'job' | 'row' | 'nothing';
}

/** Every rule of validation by its stable word; each has an entry in `docs/validation.md`. */
export const VALIDATION_RULES = {
  // the file and its lines
  gzip: { severity: 'error', scope: 'input', fails: 'job' },
  'json-array': { severity: 'error', scope: 'input', fails: 'job' },
  'byte-order-mark': { severity: 'error', scope: 'row', fails: 'job' },
  'line-end': { severity: 'warning', scope: 'input', fails: 'job' },
  'blank-line': { severity: 'error', scope: 'row', fails: 'job' },
  utf8: { severity: 'error', scope: 'row', fails: 'job' },
  'control-character': { severity: 'error', scope: 'row', fails: 'job' },
  truncated: { severity: 'error', scope: 'row', fails: 'job' },
  json: { severity: 'error', scope: 'row', fails: 'job' },
  surrogate: { severity: 'warning', scope: 'row', fails: 'row' },
  'line-too-long': { severity: 'error', scope: 'row', fails: 'nothing' },
  'too-many-names': { severity: 'error', scope: 'row', fails: 'nothing' },
  nesting: { severity: 'error', scope: 'row', fails: 'job' },
  object: { severity: 'error', scope: 'row', fails: 'job' },
  'name-repeated': { severity: 'error', scope: 'row', fails: 'job' },
  'reserved-field': { severity: 'error', scope: 'row', fails: 'job' },
  // the key
  key: { severity: 'error', scope: 'row', fails: 'nothing' },
  'key-repeated': { severity: 'error', scope: 'input', fails: 'nothing' },
  'key-numeric': { severity: 'warning', scope: 'input', fails: 'nothing' },
  // the request
  request: { severity: 'error', scope: 'row', fails: 'row' },
  contents: { severity: 'error', scope: 'row', fails: 'row' },
  role: { severity: 'error', scope: 'row', fails: 'row' },
  parts: { severity: 'error', scope: 'row', fails: 'row' },
  part: { severity: 'error', scope: 'row', fails: 'row' },
  shape: { severity: 'error', scope: 'row', fails: 'row' },
  'unknown-field': { severity: 'error', scope: 'row', fails: 'row' },
  'spelled-twice': { severity: 'error', scope: 'row', fails: 'row' },
  required: { severity: 'error', scope: 'row', fails: 'row' },
  'one-of': { severity: 'error', scope: 'row', fails: 'row' },
  enum: { severity: 'error', scope: 'row', fails: 'row' },
  base64: { severity: 'error', scope: 'row', fails: 'row' },
  'function-name': { severity: 'error', scope: 'row', fails: 'row' },
  tool: { severity: 'error', scope: 'row', fails: 'row' },
  unsupported: { severity: 'error', scope: 'row', fails: 'row' },
  range: { severity: 'warning', scope: 'row', fails: 'row' },
  'mime-type': { severity: 'warning', scope: 'row', fails: 'row' },
  uri: { severity: 'warning', scope: 'row', fails: 'row' },
  'uri-in-table': { severity: 'off', scope: 'row', fails: 'row' },
  // the hidden import, a row alone
  'import-name': { severity: 'error', scope: 'row', fails: 'job' },
  'import-depth': { severity: 'error', scope: 'row', fails: 'job' },
  'import-empty': { severity: 'error', scope: 'row', fails: 'job' },
  'import-null': { severity: 'error', scope: 'row', fails: 'job' },
  'import-nested-array': { severity: 'error', scope: 'row', fails: 'job' },
  // the hidden import, rows together
  'import-type': { severity: 'error', scope: 'input', fails: 'job' },
  'import-array': { severity: 'error', scope: 'input', fails: 'job' },
  'import-null-array': { severity: 'error', scope: 'input', fails: 'job' },
  'import-name-case': { severity: 'error', scope: 'input', fails: 'job' },
  'import-spelling': { severity: 'warning', scope: 'input', fails: 'job' },
  'import-columns': { severity: 'warning', scope: 'input', fails: 'job' },
} as const satisfies Readonly<Record<string, RuleFacts>>;

export type ValidationRule = keyof typeof VALIDATION_RULES;

/** What a caller may make of a rule. */
export type RuleSetting = ProblemSeverity | 'off';

/** Settings that differ from the rules' own. */
export type RuleSettings = Readonly<Partial<Record<ValidationRule, RuleSetting>>>;

/** Without these nothing can be made of a line, or a run could not be trusted: they stay errors. */
export const FIXED_RULES: ReadonlySet<ValidationRule> = new Set<ValidationRule>([
  'gzip',
  'json-array',
  'byte-order-mark',
  'blank-line',
  'utf8',
  'control-character',
  'truncated',
  'json',
  'line-too-long',
  'too-many-names',
  'nesting',
  'object',
  'name-repeated',
  'reserved-field',
  'key',
  'request',
]);

/** What has one right answer and can be mended in the staged copy. */
export const REPAIRS = ['blank-lines', 'byte-order-mark', 'empty-search', 'spelling'] as const;

export type Repair = (typeof REPAIRS)[number];

/** How severe a broken rule is under these settings. */
export function severityOf(rule: ValidationRule, settings: RuleSettings): RuleSetting {
  return settings[rule] ?? VALIDATION_RULES[rule].severity;
}
