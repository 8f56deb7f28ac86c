import type { Dtype } from './dtype.ts';

/** How the dtype of the result follows from those of the operands. */
type Rule = 'float' | 'number' | 'compare' | 'select' | 'cast' | 'random';

interface Row {
  arity: 1 | 2 | 3;
  rule: Rule;
  /** The value in f64. bool is 0 or 1. */
  evaluate(a: number, b: number, c: number): number;
  /** Worth storing rather than computing twice. */
  costly?: true;
}

const unary = (evaluate: (a: number) => number, extra: Partial<Row> = {}): Row => ({ arity: 1, rule: 'float', evaluate, ...extra });
const binary = (evaluate: (a: number, b: number) => number, extra: Partial<Row> = {}): Row => ({
  arity: 2,
  rule: 'number',
  evaluate,
  ...extra,
});
const costly = true as const;

const table = {
  neg: unary((a) => -a, { rule: 'number' }),
  abs: unary(Math.abs, { rule: 'number' }),
  exp: unary(Math.exp, { costly }),
  log: unary(Math.log, { costly }),
  sqrt: unary(Math.sqrt, { costly }),
  rsqrt: unary((a) => 1 / Math.sqrt(a), { costly }),
  reciprocal: unary((a) => 1 / a, { costly }),
  tanh: unary(Math.tanh, { costly }),
  erf: unary(erf, { costly }),
  sin: unary(Math.sin, { costly }),
  cos: unary(Math.cos, { costly }),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b, { rule: 'float', costly }),
  maximum: binary((a, b) => Math.max(a, b)),
  minimum: binary((a, b) => Math.min(a, b)),
  less: binary((a, b) => (a < b ? 1 : 0), { rule: 'compare' }),
  equal: binary((a, b) => (a === b ? 1 : 0), { rule: 'compare' }),
  where: { arity: 3, rule: 'select', evaluate: (condition, a, b) => (condition !== 0 ? a : b) },
  cast: { arity: 1, rule: 'cast', evaluate: (a) => a },
  random: { arity: 3, rule: 'random', evaluate: uniform, costly },
} satisfies Record<string, Row>;

export type ElementwiseOp = keyof typeof table;

/** The element-wise ops. `maximum` and `minimum` return NaN when either operand is NaN. */
export const elementwiseTable: Readonly<Record<ElementwiseOp, Row>> = table;

/** A value as it is stored in a dtype. Values of fp16 and bf16 are not rounded here. */
export function roundTo(dtype: Dtype, value: number): number {
  if (dtype === 'fp32') return Math.fround(value);
  if (dtype === 'int32') return value | 0;
  if (dtype === 'bool') return value !== 0 ? 1 : 0;
  return value;
}

/**
 * The error function to about 1e-15: its Maclaurin series up to 2.5, beyond that the continued fraction of erfc
 * (Abramowitz & Stegun 7.1.5 and 7.1.14).
 */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return sum * (2 / Math.sqrt(Math.PI));
  }
  let fraction = a;
  for (let n = 60; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

/**
 * A number in [0, 1) with 24 bits, a function of (key, counter): the first word of Threefry-2x32 with 20 rounds
 * (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Additions, rotations and exclusive ors only, so that every device has it.
 */
function uniform(key0: number, key1: number, counter: number): number {
  return (threefry(key0, key1, counter, 0)[0] >>> 8) * 2 ** -24;
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Two random 32-bit words (signed) for a key and a counter of two words each. */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const keys = [key0 | 0, key1 | 0, 0x1bd11bda ^ key0 ^ key1];
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const by = rotations[round % 8]!;
    x = (x + y) | 0;
    y = ((y << by) | (y >>> (32 - by))) ^ x;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x = (x + keys[injection % 3]!) | 0;
      y = (y + keys[(injection + 1) % 3]! + injection) | 0;
    }
  }
  return [x, y];
}
