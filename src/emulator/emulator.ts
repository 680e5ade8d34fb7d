import { join } from 'node:path';

import { Catalog } from './bigquery/catalog';
import { openDiskCatalog } from './bigquery/catalog-disk';
import { BigQueryJobs } from './bigquery/jobs';
import { createBigQueryRoutes } from './bigquery/routes';
import { CallLog, callOf } from './calls';
import type { RecordedCall } from './calls';
import { EmulatorClock } from './clock';
import type { ClockOption } from './clock';
import { ConnectionFault } from './connection-fault';
import { answerWithFault, FaultTable } from './faults';
import { GoogleError } from './google-error';
import { createResourceManagerRoutes } from './resource-manager';
import type { Fault, Scenario } from './scenario';
import type { BlobStore } from './storage/blob-store';
import { DiskBlobStore } from './storage/blob-store-disk';
import { MemoryBlobStore } from './storage/blob-store-memory';
import { createStorageRoutes } from './storage/routes';
import type { Answer } from './vertex/answer';
import { toEmulatedJob } from './vertex/job';
import type { EmulatedJob } from './vertex/job';
import { Jobs } from './vertex/jobs';
import { Projects } from './vertex/projects';
import { createVertexRoutes } from './vertex/routes';

export interface EmulatorOptions {
  readonly scenario?: Scenario;
  /** The model. @default answers made from the request's own words, or JSON that obeys its schema */
  readonly answer?: Answer;
  /** @default real */
  readonly clock?: ClockOption;
  /** Where objects and tables live; a directory keeps them over a restart. @default memory */
  readonly storage?: 'memory' | { readonly directory: string };
  /** Decides job ids and the order of output rows. @default 1 */
  readonly seed?: number;
  /** The number of the first project that is named. @default 123456789012 */
  readonly projectNumber?: string;
}

/** Vertex AI's batch prediction, and Cloud Storage and BigQuery beside it, in one process. */
export interface Emulator {
  /** Answers one HTTP request. @throws {ConnectionFault} where a scenario lets the connection fail */
  fetch(request: Request): Promise<Response>;
  readonly blobs: BlobStore;
  readonly tables: Catalog;
  readonly clock: EmulatorClock;
  /** Every job that was ever created, the oldest first. */
  jobs(): readonly EmulatedJob[];
  /** The last calls, faulty ones included, the oldest first. */
  calls(): readonly RecordedCall[];
  /** For jobs that are created and calls that come from now on. */
  setScenario(scenario: Scenario): void;
  /** Forces the next state of a job. @throws when there is no such job or it has ended */
  control(jobName: string, state: string): void;
  /** Moves a stepped clock and runs all that falls due. */
  advance(ms: number): Promise<void>;
  /** Ends stalled calls and drops every timer. */
  close(): Promise<void>;
}

type Route = (request: Request) => Promise<Response | undefined>;

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const clock = new EmulatorClock(options.clock);
  const blobs = blobStore(options.storage ?? 'memory', clock);
  const tables = catalogOf(options.storage ?? 'memory', clock);
  const closing = new AbortController();
  const log = new CallLog();
  const deniedPermissions = new Set<string>();
  let scenario: Scenario = {};
  let faults = new FaultTable([]);
  setScenario(options.scenario ?? {});
  const jobs = new Jobs({
    store: blobs,
    catalog: tables,
    clock,
    answer: options.answer,
    seed: options.seed ?? 1,
    scenario: () => scenario,
  });
  const projects = new Projects(options.projectNumber ?? '123456789012');
  const storage = createStorageRoutes({
    blobs,
    now: () => new Date(clock.now()),
    listingLagMs: () => scenario.storage?.listingLagMs ?? 0,
    deniedPermissions,
    scenario: () => scenario,
    projectNumber: () => projects.firstNumber,
  });
  const bigQuery = createBigQueryRoutes({
    ...{ catalog: tables, jobs: new BigQueryJobs(clock), blobs, clock },
    scenario: () => scenario,
  });
  const vertex = createVertexRoutes({ jobs, projects, clock, scenario: () => scenario });
  const resourceManager = createResourceManagerRoutes({ projects, scenario: () => scenario });
  const routes: readonly Route[] = [vertex, storage, bigQuery, resourceManager];

  function setScenario(next: Scenario): void {
    scenario = next;
    faults = new FaultTable(next.faults ?? []);
    deniedPermissions.clear();
    for (const permission of next.storage?.deniedPermissions ?? []) deniedPermissions.add(permission);
  }

  async function answer(request: Request, fault: Fault | undefined): Promise<Response> {
    const carryOut = () => routed(request, routes);
    if (fault === undefined) return carryOut();
    return answerWithFault(fault, { request, clock, closed: closing.signal, carryOut });
  }

  return {
    blobs,
    tables,
    clock,
    async fetch(request) {
      const url = new URL(request.url);
      const call = callOf(request.method, url);
      const path = `${url.pathname}${url.search}`;
      const finish = log.begin({ call, method: request.method, path, at: clock.now() });
      try {
        const response = await answer(request, faults.take(call, path));
        finish(response.status);
        return response;
      } catch (error) {
        finish(error instanceof ConnectionFault ? 'reset' : 500);
        throw error;
      }
    },
    jobs: () => jobs.all().map(toEmulatedJob),
    calls: () => log.all(),
    setScenario,
    control: (jobName, state) => {
      jobs.control(jobName, state);
    },
    advance: (ms) => clock.advance(ms),
    async close() {
      closing.abort();
      await clock.close();
    },
  };
}

async function routed(request: Request, routes: readonly Route[]): Promise<Response> {
  for (const route of routes) {
    const response = await route(request);
    if (response !== undefined) return response;
  }
  const { pathname } = new URL(request.url);
  return new GoogleError('NOT_FOUND', `The requested URL ${pathname} was not found on this server.`).toResponse();
}

function blobStore(storage: 'memory' | { readonly directory: string }, clock: EmulatorClock): BlobStore {
  const options = { now: () => new Date(clock.now()) };
  return storage === 'memory' ? new MemoryBlobStore(options) : new DiskBlobStore(storage.directory, options);
}

function catalogOf(storage: 'memory' | { readonly directory: string }, clock: EmulatorClock): Catalog {
  const now = () => clock.now();
  return storage === 'memory' ? new Catalog({ now }) : openDiskCatalog(join(storage.directory, 'tables'), now);
}
