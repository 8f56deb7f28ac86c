const firstMs = 500;
const lastMs = 15_000;

/**
 * How long to wait before the next try. Doubled each time, and spread over a half to a whole of that, so that a hundred browsers
 * do not come back in the same moment.
 * @param failures tries in a row that failed, from 1
 * @param random 0 to 1
 */
export function backoffMs(failures: number, random: number): number {
  const wholeMs = Math.min(lastMs, firstMs * 2 ** (failures - 1));
  return wholeMs / 2 + (random * wholeMs) / 2;
}
