import type { Config } from '../../config';
import type { GivenInput, GivenInputOptions } from '../../input/given-input';
import { validateGiven, type Validated } from '../../input/validate-given';
import type { SourceOptions, ValidationProgress } from '../../input/validate-sources';
import { objectStore } from '../google';
import type { Output } from '../output';
import { bytesText } from '../text/quantities';
import { validationProgressText } from '../text/validation-progress';

/** Validates with a live line that tells how far it is, which is gone when `use` has the report. */
export async function validateLive<Value>(
  { output, config }: { readonly output: Output; readonly config: Config },
  input: GivenInput,
  options: Omit<SourceOptions, 'onProgress'>,
  use: (validated: Validated) => Promise<Value>,
): Promise<Value> {
  const begun = performance.now();
  let done: ValidationProgress | undefined;
  const text = (columns: number): string =>
    done === undefined
      ? 'validating'
      : validationProgressText(done, { elapsedMs: performance.now() - begun, columns, colors: output.colors });
  output.live.show(text);
  const onProgress = (now: ValidationProgress): void => {
    done = now;
  };
  return await validateGiven(input, { ...options, remote: () => objectStore(config), onProgress }, (validated) => {
    output.live.hide();
    return use(validated);
  });
}

/** Tells how much of what can be read only once has been read. */
export function spoolingLive({ live }: Output): NonNullable<GivenInputOptions['onSpooled']> {
  let spooled = 0;
  return (bytes) => {
    spooled += bytes;
    live.show(() => `reading     ${bytesText(spooled)}`);
  };
}
