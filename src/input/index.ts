/** What whoever makes input needs, in a pipeline or in tests: nothing of Temporal's. */
export { problemsOfRow, type RowOptions } from './problems-of-row';
export { toResponseSchema } from './response-schema/to-response-schema';
export type { ResponseSchema, ResponseType } from './response-schema/response-schema';
export type { StandardJsonSchema } from './response-schema/json-schema-of';
export { InvalidRowsError } from './invalid-rows-error';
export { writeRequests, type RequestRow, type WriteRequestsOptions, type WrittenRequests } from './write-requests';
export { validateInput, type InputFiles, type ValidateInputOptions } from './validate-input';
export type { InputPiece } from './input-pieces';
export type { ValidationReport } from './report';
export type { ValidationProgress } from './validate-found';
export type { RuleCount, RuleCounts } from '../domain/rule-counts';
export type { AccessTokens } from '../gateways/access-tokens';
export type { StorageOptions } from '../gateways/open-store';
export type { ProblemSeverity, RowPlace, RowProblem, ValidationProblem } from '../domain/validation-problem';
export type { Repair, RuleSetting, RuleSettings, ValidationRule } from '../domain/validation-rules';
export type { BatchReason, BatchReasonType } from '../messages';
