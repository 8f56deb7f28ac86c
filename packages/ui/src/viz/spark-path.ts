type Room = { width: number; height: number; from?: number };

/** A line through values at equal distances; it is interrupted where one is missing. `last` is the last point there is. */
export function sparkPath(
  values: ArrayLike<number | null>,
  { width, height, from }: Room,
): { path: string; last: [number, number] | null } {
  const present = Array.from(values).filter((value): value is number => value !== null && Number.isFinite(value));
  const low = Math.min(from ?? Infinity, ...present);
  const high = Math.max(from ?? -Infinity, ...present);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let drawing = false;
  let last: [number, number] | null = null;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === undefined || !Number.isFinite(value)) {
      drawing = false;
      continue;
    }
    const x = round(values.length > 1 ? index * step : width);
    const y = round(high === low ? height / 2 : height - ((value - low) / (high - low)) * height);
    path += `${drawing ? 'L' : 'M'}${x} ${y}`;
    drawing = true;
    last = [x, y];
  }
  return { path, last };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
