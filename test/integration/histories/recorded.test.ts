import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { WORKFLOWS_PATH } from '../../support/batch-world';
import { workflowBundle } from '../../support/replay';
import { installTestRuntime } from '../../support/temporal';

// which doesn't log each replay
installTestRuntime();

const ROOT = join(__dirname, '../../..');
const HISTORIES = join(ROOT, 'test/histories');

/** Lives that a run of an earlier version may be in the middle of when its code changes. */
const REQUIRED = [
  'happy',
  'paused-then-resumed',
  'paused-then-given-up',
  'cancelled-by-update',
  'cancelled-by-handle',
  'failed',
  'expired-with-rows-to-salvage',
  'create-lost-and-found',
  'create-lost-and-adopted',
  'create-lost-and-resubmitted',
  'several-parts',
  'canary',
  'adopted',
  'handled',
  'reprocessed',
  'input-in-a-table',
  'output-in-a-table',
  'loaded-into-tables',
  'asked-by-doctor',
];

/** Recorded with the code of today, and in a directory for each version with the code of that version. */
const recorded = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

/** The versions that the changelog says were released. */
const released = [...readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').matchAll(/^## \[?(\d+\.\d+\.\d+)/gm)].map(
  ([, version]) => `${version}/`,
);

describe('the recorded histories', () => {
  it.each(['', ...released])('%s are of every life that a run must survive a change of code in', (directory) => {
    expect(recorded).toEqual(expect.arrayContaining(REQUIRED.map((name) => `${directory}${name}`)));
  });

  it.each(recorded)('%s replays with the workflows of today', async (name) => {
    const history = historyFromJSON(JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8')));
    const bundle = { workflowBundle: await workflowBundle(WORKFLOWS_PATH) };
    await expect(Worker.runReplayHistory(bundle, history, name)).resolves.toBeUndefined();
  });

  it('are no formality: a history of another life does not replay', async () => {
    const json = readFileSync(join(HISTORIES, 'happy.json'), 'utf8').replaceAll(
      'vertexBatchResolveInput',
      'vertexBatchOfAnotherName',
    );
    const bundle = { workflowBundle: await workflowBundle(WORKFLOWS_PATH) };
    await expect(Worker.runReplayHistory(bundle, historyFromJSON(JSON.parse(json)))).rejects.toThrow(
      /vertexBatchOfAnotherName/,
    );
  });
});
