import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineHandler } from '../../../src/define-handler';
import { startTemporalServer, type TemporalServer } from '../../../src/dev/temporal-server';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { booksOf, exactBooks, keysOf } from '../../support/exact-books';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { connect, type TestTemporal } from '../../support/temporal';

describe('a Temporal server that dies', () => {
  let directory: string;
  let server: TemporalServer;
  let temporal: TestTemporal;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'vertex-batch-server-'));
    server = await startServer();
    temporal = await connect(server.address);
  });

  afterAll(async () => {
    await temporal.connection.close();
    await temporal.nativeConnection.close();
    await server.stop();
    await rm(directory, { recursive: true });
  });

  function startServer(port?: number): Promise<TemporalServer> {
    const dbFilename = join(directory, 'temporal.sqlite');
    return startTemporalServer({ reuse: false, dbFilename, ...(port === undefined ? {} : { port }) });
  }

  it('and comes back finds the run where it was, and the run its job', { timeout: 120_000 }, async () => {
    const handed: string[] = [];
    const note = defineHandler({
      handle(rows) {
        handed.push(...rows.map(({ key }) => key));
      },
    });
    const world = await BatchWorld.create({
      temporal,
      emulator: { scenario: { transitions: HELD } },
      plugin: { handlers: { note } },
    });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(60));
      const run = await world.start({ handler: 'note' });
      await untilState(run, 'JOB_STATE_RUNNING');
      await server.kill();
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      server = await startServer(Number(server.address.split(':')[1]));
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(60));
      expect(handed.toSorted()).toEqual(keysOf(60));
      await expect(replayStarted(temporal.client, WORKFLOWS_PATH)).resolves.toBe(1);
    } finally {
      await world.close();
    }
  });
});

/** A job that runs until it is told to end. */
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;
