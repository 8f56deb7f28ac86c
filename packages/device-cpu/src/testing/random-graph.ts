import {
  abs,
  add,
  broadcastTo,
  cast,
  concat,
  cos,
  elementCount,
  exp,
  fn,
  iota,
  less,
  max,
  maximum,
  mul,
  neg,
  pad,
  permute,
  reshape,
  slice,
  spec,
  sub,
  sum,
  tanh,
  where,
  type Fn,
  type Node,
} from '@massif/tensor';
import { evaluateWithErrors, type Values } from '@massif/tensor/conformance';
import { randomFloats } from './harness.ts';

type Tensor = Node<'fp32'>;

/** Repeatable choices. */
function chooser(seed: number) {
  const numbers = randomFloats(100_000, seed);
  let next = 0;
  const below = (count: number) => Math.floor(((numbers[next++]! + 1) / 2) * count);
  return { below, of: <T>(list: readonly T[]): T => list[below(list.length)]! };
}

const sizes = [1, 2, 3, 5, 16, 17, 33, 70];

/** One more step over a tensor: something of every kind that is generated. */
function step(x: Tensor, { below, of }: ReturnType<typeof chooser>): Tensor {
  const axis = below(x.shape.length);
  const size = x.shape[axis]!;
  const steps: (() => Tensor)[] = [
    () => tanh(x),
    () => mul(add(x, 0.5), sub(1, x)),
    () => maximum(x, neg(abs(cos(x)))),
    () => where(less(x, 0.25), exp(x), x),
    () => add(x, mul(cast(iota(x.graph, x.shape), 'fp32'), 1e-3)),
    () =>
      permute(
        x,
        x.shape.map((_, i) => (i + 1) % x.shape.length),
      ),
    () => reshape(x, [elementCount(x.shape)]),
    () => reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]),
    () => pad(x, { axis, before: below(4), after: below(4) }),
    () => (size < 3 ? x : slice(x, { axis, start: 1, end: size - 1 })),
    () => concat([x, mul(x, 2)], { axis }),
    () => sub(x, max(x, { axes: [axis], keepDims: true })),
    () => mul(x, add(mul(sum(x, { axes: [axis], keepDims: true }), 1 / size), 1)),
    () => sum(mul(x, 1 / size), { axes: [axis], keepDims: true }),
    () =>
      elementCount(x.shape) > 3000 ? mul(sum(x, { axes: [axis] }), 1 / size) : broadcastTo(reshape(x, [...x.shape, 1]), [...x.shape, 3]),
  ];
  return of(steps)();
}

/** Several random graphs over random shapes, each of a few steps: a function of the seed. */
export function randomFn(seed: number, graphs: number): Fn {
  const choose = chooser(seed);
  const shapes = Array.from({ length: graphs }, () => Array.from({ length: 1 + choose.below(4) }, () => choose.of(sizes)));
  const small = shapes.map((shape) => (elementCount(shape) > 40_000 ? shape.slice(0, 2) : shape));
  const inputs = Object.fromEntries(small.map((shape, i) => [`x${i}`, spec('fp32', shape)]));
  return fn(`random_${seed}`, inputs, (ports) =>
    Object.fromEntries(
      small.map((_, i) => {
        let x = ports[`x${i}`] as Tensor;
        for (let k = 0; k < 5; k++) if (x.shape.length > 0 && x.shape.length < 6) x = step(x, choose);
        return [`y${i}`, mul(x, 1.5)];
      }),
    ),
  ) as Fn;
}

/** Numbers for each input. */
export const inputsFor = (f: Fn): Record<string, Float32Array> =>
  Object.fromEntries(f.inputs.map(({ name, node }, i) => [name, randomFloats(elementCount(node.shape), i + 1)]));

/** Elements of a device's results that rounding does not explain. */
export function unexplained(results: Values, f: Fn, inputs: Values): string[] {
  return Object.entries(evaluateWithErrors(f, inputs)).flatMap(([name, { value, error }]) => {
    const own = results[name]!;
    const wrong = value.findIndex((want, i) => {
      if (Object.is(own[i], want) || Number.isNaN(error[i]) || own[i] === Math.fround(want)) return false;
      return !(Math.abs(own[i]! - want) <= error[i]!);
    });
    return wrong < 0 ? [] : [`${f.name}: ${name}[${wrong}] is ${own[wrong]}, not ${value[wrong]}, give or take ${error[wrong]}`];
  });
}
