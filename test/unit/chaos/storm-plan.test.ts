import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUN_KINDS } from '../../chaos/run-kinds';
import { planCalm, planStorm, WORKERS } from '../../chaos/storm-plan';

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const runs = fc.integer({ min: 1, max: 10 });

describe('the plan of a storm', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(seeds, runs, (seed, count) => {
        expect(planStorm(seed, count)).toEqual(planStorm(seed, count));
        expect(planStorm(seed + 1, count)).not.toEqual(planStorm(seed, count));
      }),
    );
  });

  it('is data: what a report writes down is all of it', () => {
    fc.assert(
      fc.property(seeds, runs, (seed, count) => {
        const plan = planStorm(seed, count);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
    );
  });

  it('has as many runs as it is asked for, each with an id of its own', () => {
    fc.assert(
      fc.property(seeds, runs, (seed, count) => {
        expect(new Set(planStorm(seed, count).runs.map(({ workflowId }) => workflowId)).size).toBe(count);
      }),
    );
  });

  it('kills a worker that there is, at a call that comes', () => {
    fc.assert(
      fc.property(seeds, runs, (seed, count) => {
        const { incidents } = planStorm(seed, count);
        const kills = incidents.flatMap((incident) => (incident.kind === 'kill-worker' ? [incident] : []));
        expect(kills.length).toBeGreaterThanOrEqual(1);
        for (const { worker } of kills) expect(worker).toBeLessThan(WORKERS);
        for (const { after } of incidents) expect(after.count).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('holds no create longer than an operator waits before he says that there is none', () => {
    fc.assert(
      fc.property(seeds, runs, (seed, count) => {
        const held = planStorm(seed, count).incidents.flatMap((one) => (one.kind === 'stall' ? [one.ms] : []));
        for (const ms of held) expect(ms).toBeLessThan(2_000);
      }),
    );
  });

  it('comes over time to everything that may happen', () => {
    const incidents = Array.from({ length: 60 }, (_, seed) => planStorm(seed + 1, 10).incidents).flat();
    const words = incidents.map((one) => ('service' in one ? `${one.kind} ${one.service}` : one.kind));
    expect(new Set(words)).toEqual(
      new Set([
        'kill-worker',
        'kill-server',
        'cancel',
        ...['temporal', 'vertex', 'storage', 'bigquery'].flatMap((service) => [`cut ${service}`, `stall ${service}`]),
      ]),
    );
  });

  it('has a run of each kind among as many as there are kinds', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const kinds = planStorm(seed, RUN_KINDS.length).runs.map(({ kind }) => kind);
        expect(new Set(kinds)).toEqual(new Set(RUN_KINDS));
      }),
    );
  });

  it('cancels a run that there is, and Temporal’s own cancel says nothing of salvage', () => {
    fc.assert(
      fc.property(seeds, runs, (seed, count) => {
        const { incidents, runs: planned } = planStorm(seed, count);
        const ids = planned.map(({ workflowId }) => workflowId);
        for (const incident of incidents) {
          if (incident.kind !== 'cancel') continue;
          expect(ids).toContain(incident.run);
          if (incident.by === 'workflow') expect(incident.salvage).toBe(true);
        }
      }),
    );
  });

  it('has nothing of the kind on a calm day, and a run of each kind', () => {
    expect(planCalm()).toMatchObject({ incidents: [], scenario: {} });
    expect(new Set(planCalm().runs.map(({ kind }) => kind)).size).toBe(planCalm().runs.length);
  });
});
