import type { WorkflowClientInterceptor } from '@temporalio/client';

export interface StartedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
}

const started = new Map<string, StartedWorkflow>();

/** Every run that the clients of `testEnvironment` started in this test file. */
export function startedWorkflows(): StartedWorkflow[] {
  return [...started.values()];
}

function note(workflowId: string, runId: string | null | undefined): void {
  if (runId) started.set(runId, { workflowId, runId });
}

/** A client interceptor that notes what is started, by whatever kind of start. */
export const recordStarts: WorkflowClientInterceptor = {
  async startWithDetails(input, next) {
    const output = await next(input);
    note(input.options.workflowId, output.runId);
    return output;
  },
  async signalWithStart(input, next) {
    const runId = await next(input);
    note(input.options.workflowId, runId);
    return runId;
  },
  async startUpdateWithStart(input, next) {
    const output = await next(input);
    note(input.workflowStartOptions.workflowId, output.workflowExecution.runId);
    return output;
  },
};
