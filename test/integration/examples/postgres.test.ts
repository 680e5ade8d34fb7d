import { Client, type Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool, savingHandlers } from '../../../examples/postgres';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { keysOf } from '../../support/exact-books';
import { untilAttention } from '../../support/life-stories';
import { startPostgres, type Postgres } from '../../support/postgres';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 2_000;

/** The handler's table, and a journal of the rows that came to be in it; each statement takes its time. */
const TABLES = `
  CREATE TABLE summaries (key text PRIMARY KEY, title text NOT NULL, sentences jsonb NOT NULL);
  CREATE TABLE journal (key text NOT NULL);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO journal VALUES (NEW.key); RETURN NEW; END $$;
  CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
  CREATE TRIGGER note AFTER INSERT ON summaries FOR EACH ROW EXECUTE FUNCTION note();
  CREATE TRIGGER take_time AFTER INSERT ON summaries FOR EACH STATEMENT EXECUTE FUNCTION take_time();`;

describe('the handler that saves to PostgreSQL', () => {
  let postgres: Postgres;
  let pool: Pool;
  let world: BatchWorld;

  beforeAll(async () => {
    postgres = await startPostgres();
    await query(TABLES);
    pool = openPool(postgres.url);
    world = await BatchWorld.create({
      plugin: { handlers: savingHandlers(pool) },
      emulator: { answer: ({ key }) => ({ title: `On ${String(key)}`, sentences: ['It’s "good".', String(key)] }) },
    });
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
  });

  afterAll(async () => {
    await world.close();
    await pool.end();
    await postgres.close();
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function query<Row>(text: string): Promise<Row[]> {
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => {}); // goes down with the database
    try {
      await client.connect();
      const { rows } = await client.query(text);
      return rows as Row[];
    } finally {
      await client.end();
    }
  }

  async function savedRows(): Promise<number> {
    const [row] = await query<{ count: string }>('SELECT count(*) FROM summaries');
    return Number(row?.count);
  }

  it('waits for a database that goes down in the middle, and saves each row once', async () => {
    const run = await world.start({ handler: 'saveSummary' });
    await waitFor(async () => (await savedRows()) > 0, { what: 'the first rows to be saved', timeoutMs: 30_000 });
    await postgres.crash();
    await untilAttention(run, 'HandlerFailing');
    expect((await run.status()).attention?.message).toMatch(/ECONNREFUSED|Connection terminated/);

    await postgres.start();
    const saved = await savedRows();
    expect(saved).toBeGreaterThan(0);
    expect(saved).toBeLessThan(ROWS);
    expect(await run.result()).toMatchObject({
      outcome: 'succeeded',
      rows: { input: ROWS, answered: ROWS },
      handler: { processed: ROWS, rejected: 0 },
    });
    expect((await run.status()).attention).toBeNull();

    const rows = await query<{ key: string; title: string; sentences: string[] }>('SELECT * FROM summaries');
    expect(rows.map(({ key }) => key).toSorted()).toEqual(keysOf(ROWS));
    expect(rows.find(({ key }) => key === 'p-7')).toEqual({
      key: 'p-7',
      title: 'On p-7',
      sentences: ['It’s "good".', 'p-7'],
    });
    const journal = await query<{ key: string }>('SELECT key FROM journal');
    expect(journal.map(({ key }) => key).toSorted()).toEqual(keysOf(ROWS));
  });
});
