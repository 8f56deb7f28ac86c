import { isFloat } from '../graph/dtype.ts';
import { cast, cos, div, equal, exp, less, mul, neg, sin, sub, where } from '../graph/elementwise.ts';
import type { ElementwiseOp } from '../graph/elementwise-table.ts';
import { isOp, type Node } from '../graph/node.ts';
import type { Contribution, Gradient, RuleContext } from './context.ts';

interface Operands {
  g: Gradient;
  /** The first two operands, the result, and the condition of `where`. */
  a(): Gradient;
  b(): Gradient;
  y(): Gradient;
  condition(): Node<'bool'>;
}

/** The gradient of each operand, built only when it is wanted; null where there is none. */
type Row = readonly (((operands: Operands) => Gradient) | null)[];

const none: Row = [null, null, null];

/** At ties the second operand of `maximum` and `minimum` gets the gradient: that of relu at 0 is 0. */
const table: Readonly<Record<Exclude<ElementwiseOp, 'cast'>, Row>> = {
  neg: [({ g }) => neg(g)],
  abs: [({ g, a }) => where(equal(a(), 0), 0, where(less(a(), 0), neg(g), g))],
  exp: [({ g, y }) => mul(g, y())],
  log: [({ g, a }) => div(g, a())],
  sqrt: [({ g, y }) => div(mul(g, 0.5), y())],
  rsqrt: [({ g, y }) => mul(mul(g, -0.5), mul(y(), mul(y(), y())))],
  reciprocal: [({ g, y }) => neg(mul(g, mul(y(), y())))],
  tanh: [({ g, y }) => mul(g, sub(1, mul(y(), y())))],
  erf: [({ g, a }) => mul(mul(g, 2 / Math.sqrt(Math.PI)), exp(neg(mul(a(), a()))))],
  sin: [({ g, a }) => mul(g, cos(a()))],
  cos: [({ g, a }) => neg(mul(g, sin(a())))],
  add: [({ g }) => g, ({ g }) => g],
  sub: [({ g }) => g, ({ g }) => neg(g)],
  mul: [({ g, b }) => mul(g, b()), ({ g, a }) => mul(g, a())],
  div: [({ g, b }) => div(g, b()), ({ g, b, y }) => neg(div(mul(g, y()), b()))],
  maximum: [({ g, a, b }) => where(less(b(), a()), g, 0), ({ g, a, b }) => where(less(b(), a()), 0, g)],
  minimum: [({ g, a, b }) => where(less(a(), b()), g, 0), ({ g, a, b }) => where(less(a(), b()), 0, g)],
  less: none,
  equal: none,
  where: [null, ({ g, condition }) => where(condition(), g, 0), ({ g, condition }) => where(condition(), 0, g)],
  random: none,
};

export function elementwiseRule({ node, wants, value }: RuleContext, g: Gradient): Contribution[] {
  if (!isOp(node, 'elementwise')) return [];
  const { op } = node.arg;
  const [a, b] = node.src;
  if (op === 'cast') return [isFloat(a!.dtype) ? (cast(g, a!.dtype) as Gradient) : null];
  const operands: Operands = {
    g,
    a: () => value(a!),
    b: () => value(b!),
    y: () => value(node),
    condition: () => value(a!) as Node as Node<'bool'>,
  };
  return node.src.map((_, i) => (wants(i) ? (table[op][i]?.(operands) ?? null) : null));
}
