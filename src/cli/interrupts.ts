import { EXIT } from './exit-code';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface Interrupts {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Settles with the first SIGINT or SIGTERM. */
  readonly first: Promise<NodeJS.Signals>;
  /** Gives signals their usual effect back. */
  dispose(): void;
}

/** The first signal is the command's to act on; a second one ends the process at once. */
export function listenForInterrupts(onSecond: () => void = () => process.exit(EXIT.interrupted)): Interrupts {
  const controller = new AbortController();
  let settle: (signal: NodeJS.Signals) => void = () => {};
  const first = new Promise<NodeJS.Signals>((resolve) => (settle = resolve));
  const listener = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) return onSecond();
    controller.abort();
    settle(signal);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    signal: controller.signal,
    first,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
