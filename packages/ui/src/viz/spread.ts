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
