import type { Affine, Condition } from '../program.ts';
import { contiguousStrides } from '../graph/dtype.ts';
import { isOp, type Node } from '../graph/node.ts';
import { dot, rangeOf, shifted, zero } from './affine.ts';

/** Which element of a node is meant: the index along each axis as a function of the loops, and where it exists at all. */
export interface Point {
  index: readonly Affine[];
  where: readonly Condition[];
}

/** Why an expression cannot be lowered as it is, and what would help. */
export class Obstacle extends Error {
  readonly remedy: { refine: { loop: number; inner: number } } | { realise: Node };
  constructor(remedy: Obstacle['remedy']) {
    super('this expression has no affine index');
    this.remedy = remedy;
  }
}

/**
 * The element of a movement op's source that its element `point` is. `sizes` are those of all loops.
 * @throws Obstacle when a reshape has no affine index.
 */
export function sourcePoint(node: Node, { index, where }: Point, sizes: readonly number[]): Point | null {
  const source = node.src[0]!;
  if (isOp(node, 'reshape')) return { index: throughReshape(node, index, sizes), where };
  if (isOp(node, 'expand')) return { index: index.map((at, axis) => (source.shape[axis] === 1 ? zero : at)), where };
  if (isOp(node, 'permute')) {
    const { order } = node.arg;
    return { index: source.shape.map((_, axis) => index[order.indexOf(axis)]!), where };
  }
  if (isOp(node, 'slice')) {
    const { axis, start } = node.arg;
    return { index: index.with(axis, shifted(index[axis]!, start)), where };
  }
  if (isOp(node, 'pad')) {
    const { axis, before } = node.arg;
    const at = shifted(index[axis]!, -before);
    const size = source.shape[axis]!;
    const { min, max } = rangeOf(at, sizes);
    return { index: index.with(axis, at), where: min >= 0 && max < size ? where : [...where, { ...at, size }] };
  }
  return null;
}

/** Pairs of runs of axes with equal products, axes of size 1 left out. */
export function reshapeGroups(from: readonly number[], to: readonly number[]): { from: number[]; to: number[] }[] {
  const axes = (shape: readonly number[]) => shape.keys().filter((axis) => shape[axis] !== 1);
  const [left, right] = [axes(from), axes(to)];
  const groups: { from: number[]; to: number[] }[] = [];
  for (;;) {
    const a = left.next().value;
    const b = right.next().value;
    if (a === undefined || b === undefined) return groups;
    const group = { from: [a], to: [b] };
    let [sizeA, sizeB] = [from[a]!, to[b]!];
    while (sizeA !== sizeB) {
      if (sizeA < sizeB) {
        group.from.push(left.next().value!);
        sizeA *= from[group.from.at(-1)!]!;
      } else {
        group.to.push(right.next().value!);
        sizeB *= to[group.to.at(-1)!]!;
      }
    }
    groups.push(group);
  }
}

function throughReshape(node: Node, index: readonly Affine[], sizes: readonly number[]): Affine[] {
  const source = node.src[0]!;
  const result: Affine[] = source.shape.map(() => zero);
  for (const group of reshapeGroups(node.shape, source.shape)) {
    if (group.from.length === 1 && group.to.length === 1) {
      result[group.to[0]!] = index[group.from[0]!]!;
      continue;
    }
    let flat = dot(
      group.from.map((axis) => index[axis]!),
      contiguousStrides(group.from.map((axis) => node.shape[axis]!)),
    );
    for (const axis of group.to.toReversed()) {
      if (axis === group.to[0]) {
        result[axis] = flat;
        break;
      }
      const { quotient, remainder } = divide(flat, source.shape[axis]!, sizes, source);
      result[axis] = remainder;
      flat = quotient;
    }
  }
  return result;
}

/** flat = quotient * by + remainder with 0 <= remainder < by, when both are affine. */
function divide(flat: Affine, by: number, sizes: readonly number[], source: Node): { quotient: Affine; remainder: Affine } {
  const whole = Math.floor(flat.offset / by);
  const quotient = { offset: whole, strides: flat.strides.map((stride) => (stride % by === 0 ? stride / by : 0)) };
  const remainder = { offset: flat.offset - whole * by, strides: flat.strides.map((stride) => (stride % by === 0 ? 0 : stride)) };
  const { min, max } = rangeOf(remainder, sizes);
  if (min >= 0 && max < by) return { quotient, remainder };
  // A loop that runs over the border becomes two, the inner of which ends at it.
  for (const [loop, stride] of remainder.strides.entries()) {
    const inner = by / stride;
    if (stride > 0 && Number.isInteger(inner) && inner > 1 && sizes[loop]! > inner && sizes[loop]! % inner === 0)
      throw new Obstacle({ refine: { loop, inner } });
  }
  throw new Obstacle({ realise: source });
}
