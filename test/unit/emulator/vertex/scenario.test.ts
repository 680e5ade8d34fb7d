import { describe, expect, it } from 'vitest';

import { parseScenario } from '../../../../src/emulator';

describe('a scenario file', () => {
  it('may say everything', () => {
    const scenario = {
      durations: { JOB_STATE_PENDING: 5, JOB_STATE_HIBERNATING: 1 },
      transitions: [
        { state: 'JOB_STATE_PENDING', ms: 20 },
        { state: 'JOB_STATE_PAUSED', hold: true },
        { state: 'JOB_STATE_FAILED', finishedShare: 0.5, error: { code: 13, message: 'System error' } },
      ],
      end: { state: 'JOB_STATE_EXPIRED', finishedShare: 0 },
      cancel: { ms: 10, end: 'JOB_STATE_SUCCEEDED' },
      vanishAfterMs: 100,
      liveStats: false,
      endTimeAlways: false,
      input: {
        noMatchCode: 5,
        maxRows: 10,
        maxFileBytes: 1000,
        blankLines: 'skipped',
        byteOrderMark: 'skipped',
        repeatedNames: 'last',
        bothSpellings: 'refused',
      },
      requests: { loneValues: true, lowerCaseTypes: false, loneSurrogates: 'refused' },
      output: { files: 2, naming: 'sharded', incremental: true, infoAppears: 'running', denied: false, shuffle: false },
      echo: { extraKeys: false, nullFill: false, coerceNumericStrings: true },
      listing: { lagMs: 5, missingPages: [1], ignoresLabels: true },
      storage: { listingLagMs: 5, deniedPermissions: ['storage.objects.create'] },
      access: { denied: ['storage.objects.get'], projectRoles: {}, bucketRoles: { 'roles/x': ['user:a@acme.test'] } },
      models: ['gemini-*'],
      rows: [{ outcome: 'blocked', share: 0.1, containing: 'x', firstJobs: 1 }],
      faults: [
        {
          call: 'create',
          times: 2,
          skip: 1,
          path: 'us',
          fault: { kind: 'status', status: 503, retryAfter: 1, body: {} },
        },
        { call: 'storage.*', fault: { kind: 'lost-answer', as: 'stall' } },
        { call: '*', fault: { kind: 'truncate', afterBytes: 10 } },
      ],
    };
    expect(parseScenario(scenario)).toEqual(scenario);
    expect(parseScenario({})).toEqual({});
  });

  it.each([
    [{ duration: {} }, 'scenario has no field duration: did you mean durations?'],
    [
      { output: { shards: 2 } },
      'scenario.output has no field shards: it knows files, naming, incremental, infoAppears, denied, shuffle',
    ],
    [[], 'scenario must be an object, got []'],
    [{ durations: { RUNNING: 5 } }, 'scenario.durations must be a state such as JOB_STATE_RUNNING, got "RUNNING"'],
    [
      { durations: { JOB_STATE_RUNNING: -1 } },
      'scenario.durations.JOB_STATE_RUNNING must be milliseconds, at least 0, got -1',
    ],
    [{ transitions: [{ ms: 5 }] }, 'scenario.transitions[0].state is missing'],
    [
      { end: { state: 'JOB_STATE_FAILED', finishedShare: 30 } },
      'scenario.end.finishedShare must be a number from 0 to 1, got 30',
    ],
    [{ faults: [{ call: 'creat', fault: { kind: 'reset' } }] }, 'got "creat"'],
    [{ faults: [{ call: 'create', fault: { kind: 'resets' } }] }, 'did you mean reset?'],
    [{ faults: [{ call: 'create', fault: { kind: 'slow' } }] }, 'scenario.faults[0].fault.bytesPerSecond is missing'],
    [{ rows: [{ outcome: 'blokced' }] }, 'did you mean blocked?'],
    [{ access: { bucketRoles: { 'roles/x': 'me' } } }, 'scenario.access.bucketRoles.roles/x must be a list, got "me"'],
    [{ liveStats: 'yes' }, 'scenario.liveStats must be true or false, got "yes"'],
  ])('%j is refused', (json, message) => {
    expect(() => parseScenario(json)).toThrow(message);
  });
});
