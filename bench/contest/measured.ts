/** What a program says of the rows it read. */
export interface Verdict {
  /** null where it doesn't look for rows. */
  readonly rows: number | null;
  readonly errors: number;
}

/** One run of one program. */
export interface Measured extends Verdict {
  /** From the first byte to the verdict; the whole process where a program can't tell. */
  readonly seconds: number;
  /** Of all threads; null where it can't be told. */
  readonly cpuSeconds: number | null;
  /** The highest resident set; null where it can't be told. */
  readonly peakBytes: number | null;
  /** 99th percentile of the delay of the main thread's event loop; null where there is none. */
  readonly loopDelayMs: number | null;
}
