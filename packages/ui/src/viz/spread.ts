/**
 * Moves labels apart that would overlap, as little as possible: their order stays, neighbours are at least `gap` apart, and all lie
 * between `low` and `high` where there is room.
 * @returns a place for each, in the order given
 */
export function spread(places: readonly number[], { gap, low, high }: { gap: number; low: number; high: number }): number[] {
  const order = places.map((_, index) => index).toSorted((a, b) => places[a]! - places[b]!);
  const result = [...places];
  let previous = low - gap;
  for (const index of order) {
    previous = Math.max(result[index]!, previous + gap);
    result[index] = previous;
  }
  let next = high + gap;
  for (const index of order.toReversed()) {
    next = Math.min(result[index]!, next - gap);
    result[index] = next;
  }
  return result;
}

/**
 * As `spread`, but without a place for labels of which a group cannot stand where it belongs: one that is further than `gap` from there is
 * taken for a name of another line.
 */
export function spreadNear(places: readonly number[], room: { gap: number; low: number; high: number }): (number | undefined)[] {
  const result = spread(places, room);
  const order = result.map((_, index) => index).toSorted((a, b) => result[a]! - result[b]!);
  const groups: number[][] = [];
  for (const index of order) {
    const before = groups.at(-1)?.at(-1);
    if (before !== undefined && result[index]! - result[before]! <= room.gap) groups.at(-1)!.push(index);
    else groups.push([index]);
  }
  const astray = groups.filter((group) => group.some((index) => Math.abs(result[index]! - places[index]!) > room.gap)).flat();
  return result.map((place, index) => (astray.includes(index) ? undefined : place));
}
