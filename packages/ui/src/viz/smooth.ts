/**
 * Mean of the values around each, those further away weighing less: unlike an average of the past alone, it does not lie behind a line
 * that falls. What would be before the first value is its reflection there, so that the line begins where the values do. Gaps stay gaps
 * and are not averaged over.
 * @param weight of each neighbour in relation to the one before it, 0 (none) to below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const sums = new Float64Array(values.length);
  const weights = new Float64Array(values.length);
  let [sum, total, first] = [0, 0, -1];
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    sums[index] = sum;
    weights[index] = total;
    sum = (sum + value) * weight;
    total = (total + 1) * weight;
    first = index;
  }
  if (first < 0) return values.slice();
  sum = 2 * values[first]! * weights[first]! - sums[first]!;
  total = weights[first]!;
  return values.map((value, index) => {
    if (Number.isNaN(value)) return value;
    const mean = (value + sum + sums[index]!) / (1 + total + weights[index]!);
    sum = (sum + value) * weight;
    total = (total + 1) * weight;
    return mean;
  });
}
