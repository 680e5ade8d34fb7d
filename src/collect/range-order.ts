import type { Attempt } from '../activities/attempt';
import { collectRange } from '../activities/collect-range';
import type { CollectRangeInput, ValidateRangeInput } from '../activities/contract';
import { validateRange } from '../activities/validate-range';
import type { ObjectStore } from '../gateways/object-store';

/** A range of the input or of an output, to be read once; what is known of it is in its record. */
export type RangeOrder =
  | { readonly kind: 'validate'; readonly input: ValidateRangeInput }
  | { readonly kind: 'collect'; readonly input: CollectRangeInput };

export async function performRange(store: ObjectStore, order: RangeOrder, attempt: Attempt): Promise<void> {
  if (order.kind === 'validate') await validateRange({ store }, order.input, attempt);
  else await collectRange({ store, handlers: {} }, order.input, attempt);
}
