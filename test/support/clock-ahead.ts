/** Makes this process believe that it is another time. */
export function setClockAhead(ms: number): void {
  const now = Date.now;
  const AheadDate = class extends Date {
    static override now(): number {
      return now() + ms;
    }
  };
  globalThis.Date = new Proxy(AheadDate, {
    construct: (target, given, created) =>
      Reflect.construct(target, given.length === 0 ? [target.now()] : given, created) as Date,
  }) as DateConstructor;
}
