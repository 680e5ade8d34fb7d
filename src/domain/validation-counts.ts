import type { ValidationCounts } from '../messages';

/** What validation found, as results and progress tell it. */
export function validationCounts({ errors, warnings, repaired = {} }: ValidationCounts): ValidationCounts {
  return { errors, warnings, ...(Object.keys(repaired).length > 0 && { repaired }) };
}

/** Whether there is anything to tell. */
export function isClean({ errors, warnings, repaired }: ValidationCounts): boolean {
  return errors + warnings === 0 && repaired === undefined;
}
