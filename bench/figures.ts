/** The value below which this share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** How many frames were drawn in each whole second. @param times of the frames, in ms, in their order */
export function perSecond(times: readonly number[]): number[] {
  const [begin = 0, end = 0] = [times[0], times.at(-1)];
  const counts = Array.from({ length: Math.floor((end - begin) / 1000) }, () => 0);
  for (const time of times) {
    const second = Math.floor((time - begin) / 1000);
    if (second < counts.length) counts[second]!++;
  }
  return counts;
}
