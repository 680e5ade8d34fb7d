/** What can be loaded into a table of the caller's when a run has written it. */
export type LoadedPurpose = 'results' | 'errors' | 'dead-letters';
