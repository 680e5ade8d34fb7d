import type { Config } from '../../config';
import type { GivenInput, GivenInputOptions } from '../../input/given-input';
import { validateGiven, type Validated } from '../../input/validate-given';
import type { ValidationOptions, ValidationProgress } from '../../input/validate-found';
import { objectStore } from '../google';
import type { Output } from '../output';
import { bytesText } from '../text/quantities';
import { validationProgressText } from '../text/validation-progress';

/** Validates with a live line that tells how far it is. */
export async function validateLive(
  { output, config }: { readonly output: Output; readonly config: Config },
  input: GivenInput,
  options: Omit<ValidationOptions, 'onProgress'>,
): Promise<Validated> {
  let begun: { readonly at: number; readonly bytes: number } | undefined;
  let done: ValidationProgress | undefined;
  const text = (columns: number): string => {
    if (begun === undefined || done === undefined) return 'validating';
    const elapsedMs = performance.now() - begun.at;
    return validationProgressText(done, { elapsedMs, bytesBefore: begun.bytes, columns, colors: output.colors });
  };
  output.live.show(text);
  const onProgress = (now: ValidationProgress): void => {
    // what threads take to start is no reading
    begun ??= { at: performance.now(), bytes: now.bytes };
    done = now;
  };
  const validated = await validateGiven(input, { ...options, remote: () => objectStore(config), onProgress });
  output.live.hide();
  return validated;
}

/** Tells how much of what can be read only once has been read. */
export function spoolingLive({ live }: Output): NonNullable<GivenInputOptions['onSpooled']> {
  let spooled = 0;
  return (bytes) => {
    spooled += bytes;
    live.show(() => `reading     ${bytesText(spooled)}`);
  };
}
