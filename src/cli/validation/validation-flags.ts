import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_VALIDATION, type AcceptedValidation } from '../../domain/accepted-validation';
import { repairNamed, ruleNamed, ruleSetting } from '../../domain/rule-settings';
import { REPAIRS, type Repair, type RuleSettings } from '../../domain/validation-rules';
import { defaultThreads } from '../../rows/threads/default-threads';
import { wholeNumber } from '../flag-values';
import { threadsOption } from '../threads-option';

export interface ValidationFlags {
  readonly rule?: RuleSettings;
  readonly onError?: AcceptedValidation['onError'];
  readonly repair?: readonly Repair[];
  readonly threads?: number;
  readonly maxProblems?: number;
}

export function addValidationOptions(command: Command, shownProblems: number): Command {
  return command
    .option('--rule <name=error|warning|off>', 'how severe a broken rule is; may be given more than once', rule)
    .addOption(
      new Option(
        '--on-error <action>',
        'quarantine: take rows with errors of their own out, and go on with the others (default: fail)',
      ).choices(['fail', 'quarantine']),
    )
    .option('--repair <names>', `mend in a copy what has one right answer: ${REPAIRS.join(', ')}`, repairs)
    .addOption(threadsOption('validate'))
    .option('--max-problems <count>', `show at most so many (default: ${shownProblems})`, wholeNumber);
}

/** How input is validated here: what flags say, and where they say nothing, `given`. */
export function validationByFlags(
  flags: ValidationFlags,
  shownProblems: number,
  given: AcceptedValidation = DEFAULT_VALIDATION,
): { readonly validation: AcceptedValidation; readonly threads: number } {
  const validation: AcceptedValidation = {
    rules: { ...given.rules, ...flags.rule },
    onError: flags.onError ?? given.onError,
    repair: (flags.repair ?? given.repair).toSorted(),
    maxProblems: flags.maxProblems ?? shownProblems,
  };
  return { validation, threads: flags.threads ?? defaultThreads() };
}

/** Adds `role=off` to the settings so far. */
function rule(value: string, settings: RuleSettings = {}): RuleSettings {
  const [, name, setting] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must be written as name=error, name=warning or name=off.');
  return refusing(() => {
    const known = ruleNamed(name);
    return { ...settings, [known]: ruleSetting(known, setting) };
  });
}

/** Adds `blank-lines,spelling` to the repairs so far. */
function repairs(value: string, known: readonly Repair[] = []): readonly Repair[] {
  return refusing(() => [...new Set([...known, ...value.split(',').map((name) => repairNamed(name.trim()))])]);
}

function refusing<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { message } = error;
    throw new InvalidArgumentError(
      `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith('?') ? '' : '.'}`,
    );
  }
}
