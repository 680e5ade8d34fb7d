/** The package's face on the worker side. */
export { VertexBatchPlugin, type VertexBatchPluginOptions } from './plugin';
export {
  defineHandler,
  type Handler,
  type HandlerContext,
  type HandlerDefinition,
  type HandlerRow,
  type Handlers,
} from './define-handler';
export type { AccessTokens } from './gateways/access-tokens';
export type {
  AdoptRequest,
  Attention,
  BatchOutcome,
  BatchPhase,
  BatchProgress,
  BatchReason,
  BatchReasonType,
  BatchRequest,
  BatchResult,
  DurationLike,
  JobProgress,
  RowBooks,
  TokenUsage,
} from './messages';
