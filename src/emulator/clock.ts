/** Real time, real time made faster by a factor or set ahead (behind, where negative), or time that only `advance` moves. */
export type ClockOption = 'real' | 'stepped' | { readonly scale?: number; readonly aheadMs?: number };

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly ring: () => unknown;
  timer?: NodeJS.Timeout;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time that the emulated service lives in. */
export class EmulatorClock {
  readonly #stepped: boolean;
  readonly #scale: number;
  readonly #start: number;
  readonly #origin = performance.now();
  readonly #alarms = new Set<Alarm>();
  readonly #atWork = new Set<Promise<unknown>>();
  #steppedMs = 0;
  #ordinal = 0;
  #lastMicros = 0;
  #closed = false;

  constructor(option: ClockOption = 'real') {
    this.#stepped = option === 'stepped';
    const { scale = 1, aheadMs = 0 } = typeof option === 'object' ? option : {};
    this.#scale = scale;
    this.#start = Date.now() + aheadMs;
    if (!(this.#scale > 0)) throw new RangeError(`clock.scale must be above 0, got ${String(this.#scale)}`);
  }

  /** Milliseconds since 1970, in emulated time. */
  now(): number {
    if (this.#stepped) return this.#start + this.#steppedMs;
    return this.#start + (performance.now() - this.#origin) * this.#scale;
  }

  /** Microseconds since 1970, later than every earlier stamp. */
  stamp(): number {
    this.#lastMicros = Math.max(
      this.#lastMicros + 1,
      Math.round(this.now() * 1000) + (hashMicros(this.#lastMicros) % 900),
    );
    return this.#lastMicros;
  }

  /** Calls back after that many emulated milliseconds, unless the returned function is called first. */
  schedule(ms: number, ring: () => unknown): () => void {
    const alarm: Alarm = { at: this.now() + Math.max(0, ms), order: (this.#ordinal += 1), ring };
    if (this.#closed) return () => {};
    this.#alarms.add(alarm);
    if (!this.#stepped) this.#arm(alarm);
    return () => {
      this.#drop(alarm);
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(ms, resolve);
    });
  }

  /** Moves a stepped clock and waits for all that falls due on the way. */
  async advance(ms: number): Promise<void> {
    if (!this.#stepped) throw new Error("advance needs an emulator made with clock: 'stepped'");
    const target = this.#steppedMs + ms;
    for (let alarm = this.#nextUntil(target); alarm !== undefined; alarm = this.#nextUntil(target)) {
      this.#steppedMs = Math.max(this.#steppedMs, alarm.at - this.#start);
      await this.#ring(alarm);
    }
    this.#steppedMs = target;
  }

  /** Drops every alarm and waits for the callbacks that are under way. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const alarm of [...this.#alarms]) this.#drop(alarm);
    await Promise.allSettled(this.#atWork);
  }

  #arm(alarm: Alarm): void {
    const wait = (alarm.at - this.now()) / this.#scale;
    alarm.timer = setTimeout(
      () => {
        // the longest timer wasn't long enough, or the timer came early, as Node's may
        if (this.now() < alarm.at) this.#arm(alarm);
        else void this.#ring(alarm);
      },
      Math.min(Math.max(0, wait), LONGEST_TIMER_MS),
    );
  }

  async #ring(alarm: Alarm): Promise<void> {
    this.#drop(alarm);
    const work = Promise.resolve(alarm.ring());
    this.#atWork.add(work);
    await work.finally(() => this.#atWork.delete(work));
  }

  #drop(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    this.#alarms.delete(alarm);
  }

  #nextUntil(target: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at - this.#start > target) continue;
      if (next === undefined || alarm.at < next.at || (alarm.at === next.at && alarm.order < next.order)) next = alarm;
    }
    return next;
  }
}

/** RFC 3339 with microseconds, as the service writes it. */
export function timestampOf(micros: number): string {
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  return `${new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Microseconds of an RFC 3339 timestamp, or `undefined` for anything else. */
export function microsOf(timestamp: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(timestamp);
  if (parts === null) return undefined;
  const seconds = Date.parse(`${parts[1]}T${parts[2]}${parts[4]?.toUpperCase()}`);
  if (Number.isNaN(seconds)) return undefined;
  return seconds * 1000 + Number((parts[3] ?? '').padEnd(6, '0').slice(0, 6));
}

function hashMicros(previous: number): number {
  return Math.imul(previous >>> 0, 2_654_435_761) >>> 0;
}
