/** What whoever reads a run's results needs: nothing of Temporal's. */
export { readDeadLetters, readErrors, readResults } from './read-results';
export type { ReadOptions, ReadResultsOptions, ResultsPlace, TypedResultRow } from './read-results';
export type { ErrorRow, ResultRow } from '../rows/result-row';
export type { RowSource } from '../rows/part-index';
export type { StandardIssue, StandardResult, StandardSchemaV1 } from '../standard-schema';
export type { TokenUsage } from '../messages';
export type { AccessTokens } from '../gateways/access-tokens';
export type { StorageOptions } from '../gateways/open-store';
