/** What a worker in a process of its own is told. */
export interface HeldWorkerSettings {
  readonly address: string;
  readonly taskQueue: string;
  /** Of the emulated services. */
  readonly url: string;
}

/** What an idle process still holds, after the collection of garbage. */
export interface Held {
  readonly heapMb: number;
  /** Buffers and what is compiled. */
  readonly externalMb: number;
  readonly residentMb: number;
  /** Node's active resources of all kinds. */
  readonly handles: number;
  readonly sockets: number;
  readonly timers: number;
  /** File descriptors, sockets among them. */
  readonly files: number;
  readonly threads: number;
}
