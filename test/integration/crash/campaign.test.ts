import { expect, inject, it } from 'vitest';
import { campaign } from '../../chaos/campaign';
import { stormsOf } from '../../chaos/options';
import { installTestRuntime } from '../../support/temporal';

// which doesn't log each failed activity
installTestRuntime();

const FOUND_SOMETHING_ONCE = [
  // a run looked for its output before any listing showed it, and told of paid rows as missing
  { seed: 3037, runs: 10 },
  // rows came again and weren't said to, where a write was refused and the next attempt's mark not answered
  { seed: 5017, runs: 10 },
];

it('fifty runs in storms of kills, cuts and lost answers end as on a calm day', { timeout: 600_000 }, async () => {
  const lines: string[] = [];
  const { reports, failures } = await campaign({
    storms: [...stormsOf(30, 1), ...FOUND_SOMETHING_ONCE],
    workflowBundlePath: inject('workflowBundlePath'),
    say: (line) => lines.push(line),
  });
  expect(failures, lines.join('\n')).toEqual([]);
  const happened = reports.flatMap((report) => report.happened.map(({ kind }) => kind));
  expect(new Set(happened)).toEqual(new Set(['kill-worker', 'kill-server', 'cut', 'stall', 'cancel']));
});
