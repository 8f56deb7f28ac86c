/**
 * Mean of the values around each, those further away weighing less: unlike an average of the past alone, it does not lie behind a line
 * that falls. Gaps stay gaps and are not averaged over.
 * @param weight of each neighbour in relation to the one before it, 0 (none) to below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const sums = new Float64Array(values.length);
  const weights = new Float64Array(values.length);
  const pass = (from: number, to: number, step: 1 | -1) => {
    let [sum, total] = [0, 0];
    for (let index = from; index !== to; index += step) {
      const value = values[index]!;
      if (Number.isNaN(value)) continue;
      sums[index]! += sum;
      weights[index]! += total;
      sum = (sum + value) * weight;
      total = (total + 1) * weight;
    }
  };
  pass(0, values.length, 1);
  pass(values.length - 1, -1, -1);
  return values.map((value, index) => (value + sums[index]!) / (1 + weights[index]!));
}
