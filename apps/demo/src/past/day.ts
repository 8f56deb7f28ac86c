const hourMs = 3_600_000;

/** A wave around a time of the day before. */
const around = (agoMs: number, hours: number, width: number) => Math.exp(-(((agoMs / hourMs - hours) / width) ** 2));

/** Share of the devices that there was work for: less in a night, and for a while after a day's end. */
export function busynessAt(agoMs: number): number {
  return 0.985 - 0.24 * around(agoMs, 13, 3) - 0.07 * around(agoMs, 19.5, 1.5);
}

/** How long a job waited that started then, of how long one waits now: not at all when not all devices were busy. */
export function waitShareAt(agoMs: number): number {
  const pressure = 1 - 1.2 * around(agoMs, 13, 4.5) - 0.5 * around(agoMs, 20, 2);
  return Math.max(0, pressure) * (1 - 0.25 * around(agoMs, 5, 3));
}
