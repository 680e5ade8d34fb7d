import type { Reporter, SerializedError, TestModule } from 'vitest/node' with { 'resolution-mode': 'import' };

/** Ends a run's output with `N passed, N failed`, alone on a line; a file that didn't load and an unhandled error count as failed. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      for (const _ of module.children.allTests('passed')) passed += 1;
      for (const _ of module.children.allTests('failed')) failed += 1;
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
