import { createContext, Script } from 'node:vm';

/**
 * Names that a finished workflow bundle exports, read by evaluating it: star exports of CommonJS modules can't be seen from outside.
 * `undefined` when the code isn't a bundle that can be evaluated on its own.
 */
export function exportedWorkflows(bundleCode: string): string[] | undefined {
  const context = createContext(sandboxGlobals());
  try {
    new Script(bundleCode, { filename: 'workflow-bundle.js' }).runInContext(context, {
      timeout: EVALUATION_TIMEOUT_MS,
    });
    const names: unknown = new Script('Object.keys(__TEMPORAL__.importWorkflows())').runInContext(context, {
      timeout: EVALUATION_TIMEOUT_MS,
    });
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

const EVALUATION_TIMEOUT_MS = 10_000;

/** What the SDK gives a workflow's sandbox before it evaluates the bundle. */
function sandboxGlobals(): Record<string, unknown> {
  const silent = () => undefined;
  return {
    console: { log: silent, warn: silent, error: silent, info: silent, debug: silent },
    assert: silent,
    // oxlint-disable-next-line id-denylist -- the bundle's own
    exports: {},
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    __webpack_module_cache__: {},
  };
}
