import {
  abs,
  add,
  attention,
  broadcastTo,
  call,
  cast,
  concat,
  cos,
  div,
  elementCount,
  embedding,
  equal,
  erf,
  fn,
  iota,
  layernorm,
  less,
  matmul,
  max,
  maximum,
  mul,
  neg,
  pad,
  permute,
  reshape,
  slice,
  softmaxCrossEntropy,
  spec,
  split,
  sub,
  sum,
  tanh,
  transpose,
  where,
  type Fn,
  type Node,
} from '@massif/tensor';
import * as fc from 'fast-check';

type Tensor = Node<'fp32'>;

/** One step of a random graph: what it does, to which values, and how. Every number is a valid choice. */
const stepArbitrary = fc.tuple(fc.nat(40), fc.nat(6), fc.nat(6), fc.nat(12));
type Step = [op: number, first: number, second: number, how: number];

const shapeArbitrary = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 12), { minLength: 1, maxLength: 4 });
export const graphArbitrary = fc.record({
  shapes: fc.array(shapeArbitrary, { minLength: 1, maxLength: 3 }),
  steps: fc.array(stepArbitrary, { minLength: 1, maxLength: 24, size: 'max' }),
  outputs: fc.array(fc.nat(20), { minLength: 1, maxLength: 4, size: 'max' }),
  donate: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  buffersPerKernel: fc.constantFrom(32, 4, 6),
  inner: fc.array(stepArbitrary, { minLength: 1, maxLength: 5 }),
  innerDonates: fc.boolean(),
});
export type RandomGraph = typeof graphArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** `x` repeated, cut or padded until it has the shape. */
function fit(x: Tensor, shape: readonly number[]): Tensor {
  let y =
    x.shape.length > shape.length
      ? reshape(x, [elementCount(x.shape)])
      : reshape(x, [...shape.slice(x.shape.length).map(() => 1), ...x.shape]);
  if (y.shape.length !== shape.length) y = reshape(y, [...shape.slice(1).map(() => 1), y.shape[0]!]);
  for (const [axis, size] of shape.entries()) {
    const own = y.shape[axis]!;
    if (own > size) y = slice(y, { axis, start: own - size, end: own });
    else if (own > 1 && own < size) y = pad(y, { axis, after: size - own });
  }
  return broadcastTo(y, shape);
}

/** 0 or the largest index. */
const below = (x: Tensor, size: number, shape: readonly number[] = x.shape): Node<'int32'> =>
  reshape(mul(cast(less(x, 0), 'int32'), size - 1), shape);

function applyStep(values: readonly Tensor[], [op, first, second, how]: Step, callee: (x: Tensor) => Tensor): Tensor {
  // Late values are more likely, so that graphs become deep.
  const x = values[Math.max(0, values.length - 1 - first)]!;
  const other = values[second % values.length]!;
  const y = fit(other, x.shape);
  const axis = how % x.shape.length;
  const size = x.shape[axis]!;
  const rank = x.shape.length;
  const last = x.shape[rank - 1]!;
  const rows = reshape(x, [-1, last]);
  const small = elementCount(x.shape) < 800;
  const steps: (() => Tensor)[] = [
    () => tanh(x),
    () => mul(add(x, 0.5), sub(1, x)),
    () => add(x, y),
    () => mul(x, tanh(y)),
    () => sub(y, mul(x, 0.5)),
    () => div(x, add(abs(y), 1)),
    () => maximum(x, neg(y)),
    () => where(less(x, 0.25), y, cos(x)),
    () => cast(equal(x, y), 'fp32'),
    () => add(x, mul(cast(iota(x.graph, x.shape), 'fp32'), 1e-2)),
    () => erf(x),
    () =>
      permute(
        x,
        x.shape.map((_, i) => (i + 1 + (how % rank)) % rank),
      ),
    () => reshape(x, [elementCount(x.shape)]),
    () => (rank < 5 ? reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]) : x),
    () => (size % 2 === 0 && rank < 5 ? reshape(x, [...x.shape.slice(0, axis), size / 2, 2, ...x.shape.slice(axis + 1)]) : x),
    () => (axis + 1 < rank ? reshape(x, [...x.shape.slice(0, axis), size * x.shape[axis + 1]!, ...x.shape.slice(axis + 2)]) : x),
    () => pad(x, { axis, before: how % 3, after: how % 2 }),
    () => (size < 2 ? x : slice(x, { axis, start: how % 2, end: size - (how % 3 === 0 && size > 2 ? 1 : 0) })),
    () => concat([x, mul(y, 2)], { axis }),
    () => concat([x, y, x], { axis }),
    () => sum(x, { axes: [axis], keepDims: how % 2 === 0 || rank === 1 }),
    () => max(x, { axes: [axis], keepDims: true }),
    () => sub(x, max(x, { axes: [axis], keepDims: true })),
    () => mul(x, mul(sum(x, { axes: [axis], keepDims: true }), 1 / size)),
    () => (rank > 1 ? sum(x, { axes: [0, rank - 1], keepDims: true }) : x),
    () => (small && rank < 5 ? broadcastTo(reshape(x, [...x.shape, 1]), [...x.shape, 3]) : x),
    () => matmul(rows, rows, { transposeB: true }),
    () => matmul(rows, rows, { transposeA: true, bias: reshape(sum(fit(other, rows.shape), { axes: [0] }), [last]) }),
    () => matmul(rows, fit(other, [last, 3])),
    () => matmul(rows, fit(other, [last, last]), { into: fit(other, rows.shape) }),
    () => matmul(rows, fit(other, [last, last]), { into: rows }),
    () => (rank > 1 ? matmul(x, transpose(x)) : x),
    () => layernorm(x, fit(other, [last]), fit(other, [last]), { eps: 1e-3 }).y,
    () => {
      const qkv = fit(x, [2, 3, 12]);
      const [q, k, v] = split(qkv, { axis: 2, parts: 3 }).map((part) => reshape(part, [2, 3, 2, 2]));
      return attention(q!, k!, v!, { causal: how % 2 === 0 }).out;
    },
    () => softmaxCrossEntropy(rows, sub(below(sum(rows, { axes: [1] }), last), 1)).loss,
    () => softmaxCrossEntropy(rows, below(slice(rows, { axis: 1, start: 0, end: 1 }), last, [-1])).lse,
    () => embedding(rows, below(y, rows.shape[0]!)),
    () => callee(x),
    () => callee(y),
    () => callee(callee(x)),
    () => add(callee(x), x),
    () => mul(x, sum(y)),
  ];
  return steps[op % steps.length]!();
}

const isSmall = (x: Tensor) => elementCount(x.shape) <= 4000;

/** The Fn that the choices describe; deterministic. */
export function buildFn({ shapes, steps, outputs, donate, inner, innerDonates }: RandomGraph): Fn {
  const calleeOf = (shape: readonly number[]): Fn<{ x: 'fp32' }, { y: 'fp32' }> => {
    const known = callees.get(shape.join());
    if (known) return known;
    const made = fn(
      `inner_${shape.join('_')}`,
      { x: spec('fp32', shape) },
      ({ x }) => {
        const values: Tensor[] = [x];
        for (const step of inner) {
          const next = applyStep(values, step, (value) => value);
          if (isSmall(next)) values.push(next);
        }
        return { y: fit(values.at(-1)!, shape) };
      },
      innerDonates ? { donates: { y: 'x' } } : {},
    );
    callees.set(shape.join(), made);
    return made;
  };
  const callees = new Map<string, Fn<{ x: 'fp32' }, { y: 'fp32' }>>();
  const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, spec('fp32', shape)]));
  const donates: Record<string, string> = {};
  return fn(
    'random',
    inputs,
    (ports) => {
      const values: Tensor[] = Object.values(ports);
      for (const step of steps) {
        const next = applyStep(values, step, (x) => call(calleeOf(x.shape), { x }).y);
        if (isSmall(next)) values.push(next);
      }
      return Object.fromEntries(
        outputs.map((choice, i) => {
          let node = values[Math.max(0, values.length - 1 - choice)]!;
          const target = i % shapes.length;
          if (donate[i] && !Object.values(donates).includes(`x${target}`)) {
            node = fit(node, shapes[target]!);
            donates[`y${i}`] = `x${target}`;
          }
          return [`y${i}`, node];
        }),
      );
    },
    { donates },
  ) as Fn;
}
