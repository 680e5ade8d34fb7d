/** What users' own tests need: the emulator, and a way to run a handler without any server. */
export {
  startEmulator,
  type EmulatorPluginOptions,
  type StartEmulatorOptions,
  type TestEmulator,
} from './start-emulator';
export { runHandler, type RunHandlerOptions, type TestRow } from './run-handler';
export type { Answer, AnswerContext, AnswerRow, AnswerValue, ClockOption, EmulatedJob } from '../emulator';
export type {
  AccessBehaviour,
  BigQueryBehaviour,
  Call,
  CancelBehaviour,
  EchoBehaviour,
  Fault,
  FaultRule,
  InputBehaviour,
  JobEnd,
  JobError,
  ListingBehaviour,
  OutputBehaviour,
  RowOutcome,
  RowRule,
  Scenario,
  StorageBehaviour,
  Transition,
} from '../emulator/scenario';
