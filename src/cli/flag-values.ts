import { InvalidArgumentError } from 'commander';

/** Reads a number from 1 up. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1) return number;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

/** Reads a port; 0 stands for any free one. */
export function port(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 65_535) return number;
  throw new InvalidArgumentError('It must be a port from 0 to 65535, 0 for any free one.');
}

/** Reads a share as 0 to 1. */
export function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('It must be a share from 0 to 1, such as 0.99.');
}

export function dollars(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('It must be an amount of US dollars above 0, such as 40.');
}

/** Adds `k=v` to the labels so far. */
export function label(value: string, labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, text] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (name !== undefined && text !== undefined) return { ...labels, [name]: text };
  throw new InvalidArgumentError('It must be written as name=value.');
}
