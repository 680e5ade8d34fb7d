import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Config } from '../config';
import { messageOf } from '../domain/handler-error';
import { readPriceTable } from '../schemas/price-table';
import { CommandError, EXIT } from './exit-code';
import { existingFile } from './existing-file';

export interface PricesFlags {
  readonly prices?: string;
}

export function addPricesOption(command: Command): Command {
  return command.option(
    '--prices <file>',
    "JSON file with prices to compute costs with (default: VERTEX_BATCH_PRICES, or Google's list prices)",
  );
}

/**
 * The JSON of the price table that a flag or the environment names, checked; `undefined` where neither names one.
 * @throws {CommandError} naming the file, and each field at fault
 */
export async function givenPrices(flags: PricesFlags, config: Pick<Config, 'prices'>): Promise<object | undefined> {
  if (flags.prices !== undefined) return await readPrices('--prices', flags.prices);
  return config.prices === null ? undefined : await readPrices('VERTEX_BATCH_PRICES', config.prices);
}

async function readPrices(setting: string, path: string): Promise<object> {
  const file = existingFile(setting, path);
  try {
    const prices: unknown = JSON.parse(await readFile(file, 'utf8'));
    readPriceTable(prices);
    return prices as object;
  } catch (error) {
    throw new CommandError(EXIT.usage, `${setting} ${path}: ${messageOf(error)}`, { cause: error });
  }
}
