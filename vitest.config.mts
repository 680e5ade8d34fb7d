import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Two suites: `unit` needs nothing but Node; `integration` gets servers from its global setup. */
export default defineConfig({
  // the examples name the package as its users do; here its sources are meant
  resolve: { tsconfigPaths: true },
  test: {
    pool: 'forks',
    // Vitest leaves a core to itself, which on two cores is half of them
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // loading modules anew for each of so many files takes a third of the time of all tests; none of them changes what others load
          isolate: false,
          // properties take a second or two, and many times that on a busy machine
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // CI's machine is shared, and may stall a process past its deadline; the report shows what was tried again
          retry: process.env['CI'] ? 1 : 0,
        },
      },
    ],
  },
});
