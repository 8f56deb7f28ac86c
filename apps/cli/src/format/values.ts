const units: readonly [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** `41 s`, `3 min 20 s`, `2 h 5 min`, `3 d 1 h`: two units at most. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  for (const [index, [size, name]] of units.entries()) {
    if (whole < size) continue;
    const [restSize, restName] = units[index + 1] ?? [1, 's'];
    const rest = Math.floor((whole % size) / restSize);
    return `${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${restName}` : ''}`;
  }
  return `${whole} s`;
}

/** How long ago an RFC 3339 time was. */
export function formatAge(time: string | null, nowMs: number): string {
  return time === null ? '-' : `${formatSeconds(Math.max(0, nowMs - Date.parse(time)) / 1000)} ago`;
}

/** Whole numbers with thousands parted. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
