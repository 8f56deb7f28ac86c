export interface CompareOptions {
  /** Largest error allowed, relative to the largest finite element (or to each element). */
  tolerance: number;
  elementwise?: boolean;
}

/** What is wrong with `actual`, in words; undefined when nothing is. NaN and infinities must be where they are expected. */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { tolerance, elementwise = false }: CompareOptions,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} elements, not ${expected.length}`;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!));
  let worst: { i: number; error: number } | undefined;
  for (let i = 0; i < expected.length; i++) {
    const [have, want] = [actual[i]!, expected[i]!];
    if (have === want || (Number.isNaN(have) && Number.isNaN(want))) continue;
    // Below the normal numbers of fp32, precision is lost, or everything is 0.
    const scale = Math.max(elementwise ? Math.abs(want) : largest, 2 ** -126 / tolerance);
    const overflows = Math.abs(want) > fp32Max && have === Math.sign(want) * Infinity;
    const error = overflows ? 0 : Math.abs(have - want) / scale;
    if (!(error <= (worst?.error ?? tolerance))) worst = { i, error };
  }
  return (
    worst && `element ${worst.i} is ${actual[worst.i]}, not ${expected[worst.i]}: error ${worst.error.toExponential(2)} beyond ${tolerance}`
  );
}

const fp32Max = 2 ** 128 * (1 - 2 ** -24);
