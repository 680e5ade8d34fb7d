import { defineHandler } from 'temporal-vertex-batch';

/** A Standard Schema written by hand: a city and the number of its people. */
const City = {
  '~standard': {
    version: 1,
    vendor: 'ours',
    validate: (value) =>
      typeof value?.city === 'string' && Number.isInteger(value.people)
        ? { value }
        : { issues: [{ message: 'must be a city with its people', path: ['city'] }] },
  },
};

export const cities = new Map();

export const handlers = {
  saveCity: defineHandler({
    schema: City,
    handle(rows) {
      for (const row of rows) cities.set(row.key, row.output);
    },
  }),
};
