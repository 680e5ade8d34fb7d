import { afterAll, describe, expect, it } from 'vitest';
import { askWorker } from '../../../src/cli/doctor/ask-worker';
import { defineHandler } from '../../../src/define-handler';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { HANDLER, LIFE_STORIES, ROWS, type LifeStory } from '../../support/life-stories';
import { recordHistory } from '../../support/record-history';
import { replayStarted } from '../../support/replay';
import { startedWorkflows } from '../../support/started-workflows';
import { testEnvironment } from '../../support/temporal';
import { closeOf, isBalanced, type ClosedRun } from '../../support/told-life';

afterAll(async () => {
  await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
});

describe('the life of a run', () => {
  const names = LIFE_STORIES.map((story) => [story.name, story] as const);

  it.concurrent.each(names)('%s, with the workflow cache', async (_, story) => {
    await expect(tell(story, true)).resolves.toEqual(expectedEnd(story));
  });

  it.concurrent.each(names)('%s, without the workflow cache', async (_, story) => {
    await expect(tell(story, false)).resolves.toEqual(expectedEnd(story));
  });
});

describe('a question of doctor’s', () => {
  it('is answered by a worker, with the workflow cache', async () => {
    const world = await BatchWorld.create();
    try {
      const { client } = world.temporal;
      const { project, location, output } = world.request();
      const examined = { project, location, output, model: null, input: [] };
      const answer = await askWorker({ client }, world.taskQueue, examined);
      expect(answer?.checks.filter(({ status }) => status !== 'ok')).toEqual([]);
      const [asked] = startedWorkflows().filter(({ workflowId }) => workflowId.startsWith('vertex-batch-doctor/'));
      await recordHistory(world, asked!, 'asked-by-doctor');
    } finally {
      await world.close();
    }
  });
});

/** What of a run's end the stories fix. */
interface StoryEnd {
  readonly execution: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly paidJobs: number;
  readonly answersFit: boolean;
}

function expectedEnd({ execution, outcome, reason, paidJobs }: LifeStory): StoryEnd {
  return { execution, outcome, reason, paidJobs, answersFit: true };
}

async function tell(story: LifeStory, cached: boolean): Promise<StoryEnd> {
  const world = await BatchWorld.create({
    emulator: { scenario: story.scenario },
    worker: cached ? {} : { maxCachedWorkflows: 0 },
    plugin: {
      handlers: { [HANDLER]: defineHandler({ handle: () => undefined }) },
      ...(story.rowsAJob === undefined ? {} : { jobLimits: { rows: story.rowsAJob } }),
    },
  });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
    const run = await (story.start?.(world) ?? world.start(story.request));
    await story.act?.(world, run);
    const closed = await closeOf(run);
    const { execution } = await run.status();
    if (cached && story.unrecorded !== true) await recordHistory(world, run, story.name);
    return {
      execution,
      outcome: closed.outcome,
      reason: closed.reason?.type ?? null,
      paidJobs: world.paidJobs().length,
      answersFit: answersFit(closed.rows, story),
    };
  } finally {
    await world.close();
  }
}

/** Whether the books balance and as many rows are answered as the story says. */
function answersFit(rows: ClosedRun['rows'], { answered }: LifeStory): boolean {
  const balanced = rows.input === ROWS && isBalanced(rows);
  const { atLeast, atMost } = typeof answered === 'number' ? { atLeast: answered, atMost: answered } : answered;
  return balanced && rows.answered >= atLeast && rows.answered <= atMost;
}
