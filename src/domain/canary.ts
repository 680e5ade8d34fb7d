import type { BatchReason } from '../messages';
import { count } from './count-text';

/** Share of a canary's rows that must be answered where the request has no `minAnsweredShare`. */
const LEAST_SHARE = 0.9;

export interface EndedCanary {
  /** Rows that its job was sent. */
  readonly sent: number;
  readonly answered: number;
  /** Rows of the input that wait for it. */
  readonly others: number;
  readonly minAnsweredShare: number | null;
}

/** Why the rest isn't sent after a canary; null where it is. */
export function canaryFailure({ sent, answered, others, minAnsweredShare }: EndedCanary): BatchReason | null {
  const asked = minAnsweredShare ?? LEAST_SHARE;
  if (answered >= asked * sent) return null;
  const percent = Number((100 * asked).toFixed(4));
  const message = `${count(answered)} of the ${count(sent)} rows that were sent ahead are answered, asked for ${percent} %; the other ${count(others)} rows were not sent`;
  return { type: 'CanaryFailed', message };
}
