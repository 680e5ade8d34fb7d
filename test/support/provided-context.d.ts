import 'vitest';

declare module 'vitest' {
  /** What the global setup of the integration tests hands to each test file, to be read with `inject`. */
  export interface ProvidedContext {
    /** `host:port` of the Temporal server that all test files share. */
    temporalAddress: string;
    /** Address of that server's UI; `null` where the server isn't ours. */
    temporalUiUrl: string | null;
    /** Our workflows as one finished bundle. */
    workflowBundlePath: string;
    /** fake-gcs-server's binary, or why there is none. */
    fakeGcsServer: { readonly path: string } | { readonly missing: string };
  }
}
