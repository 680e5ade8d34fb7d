import { isColumnName } from '../../schemas/check-import';
import { isReservedField } from '../../schemas/row-value';
import { NUMBER_STUB } from '../skim/template-text';
import { isRightText } from './quick-checks';
import type { Role } from './role';
import { BOOLEAN, isCallers, LIST, NULL, NUMBER, OBJECT, type Shape, SINGLE, STRING } from './shape';

/**
 * Whether a row, or its skeleton, is surely without a problem: all its keys and their types were met in rows without one, and its
 * values pass the quick checks. What it says no to is for the thorough check.
 */
export class KnownRow {
  readonly #anyAddress: boolean;
  #members = 0;
  #numberRoles: Role[] = [];

  /** `anyAddress`: whether an `https://` address is right for a file, whatever it is. */
  constructor({ anyAddress }: { readonly anyAddress: boolean }) {
    this.#anyAddress = anyAddress;
  }

  /** `members`: names of members in the row's text, so that a name that stands twice shows. */
  fits(root: Shape, row: unknown, members: number): boolean {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
    this.#members = 0;
    return this.#fitsObject(root, row as Record<string, unknown>) && this.#members === members;
  }

  /** The same of a row whose request is known to be right, and has a 0 for it. */
  fitsAround(root: Shape, row: unknown, members: number): boolean {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
    this.#members = 0;
    for (const name in row) {
      this.#members += 1;
      if (name === 'request') continue;
      const child = memberOf(root, name);
      if (child === undefined || !this.#fitsMember(child, (row as Record<string, unknown>)[name])) return false;
    }
    return this.#members === members;
  }

  /**
   * Whether all requests are right that have this template, as far as their numbers are.
   * @returns the roles of the numbers, in the template's order
   */
  numberRolesOf(root: Shape, template: unknown, members: number): readonly Role[] | undefined {
    const request = root.children.get('request');
    if (request === undefined) return undefined;
    this.#members = 0;
    this.#numberRoles = [];
    return this.#fitsMember(request, template) && this.#members === members ? this.#numberRoles : undefined;
  }

  #fitsObject(shape: Shape, object: Readonly<Record<string, unknown>>): boolean {
    let bits = 0;
    let count = 0;
    for (const name in object) {
      const child = memberOf(shape, name);
      if (child === undefined) return false;
      const value = object[name];
      if (!this.#fitsMember(child, value)) return false;
      count += 1;
      if (value === null) continue;
      const { bit } = child.role;
      if ((bits & bit) !== 0) return false;
      bits |= bit;
    }
    this.#members += count;
    const { fields } = shape.role;
    return count > 0 && (fields === undefined || fields(bits));
  }

  #fitsMember(shape: Shape, value: unknown): boolean {
    if (value === null) return (shape.clean & NULL) !== 0;
    if (!Array.isArray(value)) return (shape.clean & SINGLE) !== 0 && this.#fitsSingle(shape, value);
    const { items } = shape.role;
    if ((shape.clean & LIST) === 0 || value.length < items.from || value.length > items.to) return false;
    for (const element of value as unknown[]) {
      if (!this.#fitsSingle(shape, element)) return false;
    }
    return true;
  }

  #fitsSingle(shape: Shape, value: unknown): boolean {
    const { clean } = shape;
    switch (typeof value) {
      case 'string':
        if (value.startsWith(NUMBER_STUB)) return this.#fitsNumber(shape, Number(value.slice(NUMBER_STUB.length)));
        return (clean & STRING) !== 0 && isRightText(shape.role.text, value, shape.texts, this.#anyAddress);
      case 'number':
        return (clean & NUMBER) !== 0 && shape.role.number(value);
      case 'boolean':
        return (clean & BOOLEAN) !== 0 && (value || !shape.role.onlyTrue);
      default:
        if (value === null || Array.isArray(value) || (clean & OBJECT) === 0) return false;
        return this.#fitsObject(shape, value as Record<string, unknown>);
    }
  }

  #fitsNumber({ clean, role }: Shape, ordinal: number): boolean {
    this.#numberRoles[ordinal] = role;
    return (clean & NUMBER) !== 0;
  }
}

/** What is known of a member, be it by what is known of others like it. */
function memberOf(shape: Shape, name: string): Shape | undefined {
  const known = shape.children.get(name);
  if (known !== undefined || shape.others === undefined) return known;
  return isCallers(shape, name) && isColumnName(name) && !isReservedField(name) ? shape.others : undefined;
}
