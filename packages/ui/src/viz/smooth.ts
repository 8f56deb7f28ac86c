/**
 * Exponential moving average without the bias of its beginning (as Adam corrects it). Gaps stay gaps and are not averaged over.
 * @param weight of the past, 0 (none) to below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const result = new Float64Array(values.length);
  let mean = 0;
  let total = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (Number.isNaN(value)) {
      result[index] = Number.NaN;
      continue;
    }
    mean = mean * weight + value * (1 - weight);
    total = total * weight + (1 - weight);
    result[index] = mean / total;
  }
  return result;
}
