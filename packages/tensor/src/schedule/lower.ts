import { contiguousStrides, elementCount } from '../graph/dtype.ts';
import { isOp, type Node } from '../graph/node.ts';
import type { Affine } from '../program.ts';
import { affineKey, conditionsKey, dot, loopIndex, plus, times, zero } from './affine.ts';
import { NestBuilder, type Nest } from './nest.ts';
import { Obstacle, sourcePoint, type Point } from './point.ts';
import { sameElements } from './view.ts';
import type { PlaceView, Place } from './storage.ts';

export interface LowerOptions {
  /** Where a node lies, if it is in memory. */
  placeOf(node: Node): Place | undefined;
  /** Where the root goes, and how it lies there: as row-major elements of the root's shape when strides are left out. */
  into: PlaceView & { strides?: readonly number[] };
}

/**
 * Turns a node and everything below it that is not in memory into one loop nest over the node's elements.
 * @throws Obstacle naming the node that must be in memory first.
 */
export function lower(root: Node, options: LowerOptions): Nest {
  // Each axis of the root, and each reduced one, is a list of loops; a reshape that cuts an axis makes it longer.
  const axes: number[][] = root.shape.map((size) => (size === 1 ? [] : [size]));
  const reducedAxes: number[][] = [];
  for (;;) {
    try {
      return attempt(root, options, axes, reducedAxes);
    } catch (error) {
      if (!(error instanceof Obstacle) || !('refine' in error.remedy)) throw error;
      refine([...axes, ...reducedAxes], error.remedy.refine);
    }
  }
}

function refine(axes: number[][], { loop, inner }: { loop: number; inner: number }): void {
  let first = 0;
  for (const axis of axes) {
    if (loop < first + axis.length) {
      axis.splice(loop - first, 1, axis[loop - first]! / inner, inner);
      return;
    }
    first += axis.length;
  }
}

/** The index along an axis that is made of loops, the first of which has this number. */
function axisIndex(loops: readonly number[], first: number): Affine {
  const strides = contiguousStrides(loops);
  return loops.reduce((sum, _, i) => plus(sum, times(loopIndex(first + i), strides[i]!)), zero);
}

function attempt(root: Node, { placeOf, into }: LowerOptions, axes: readonly number[][], reducedAxes: number[][]): Nest {
  const builder = new NestBuilder();
  builder.loops.push(...axes.flat());
  const sizes = [...builder.loops];
  const known = new Map<string, number>();
  let reduced: Node | undefined;

  const visit = (node: Node, point: Point, inReduction: boolean): number => {
    const key = `${node.id}|${point.index.map(affineKey).join(';')}|${conditionsKey(point.where)}|${inReduction}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = lowerNode(node, point, inReduction);
    known.set(key, value);
    return value;
  };

  const lowerNode = (node: Node, point: Point, inReduction: boolean): number => {
    const { dtype } = node;
    if (isOp(node, 'constant')) return builder.constant(dtype, node.arg.value);
    const place = placeOf(sameElements(node));
    if (place) return builder.load(place, dtype, dot(point.index, contiguousStrides(node.shape)), point.where);
    if (isOp(node, 'iota')) return builder.value({ kind: 'index', dtype: 'int32', at: dot(point.index, contiguousStrides(node.shape)) });
    if (isOp(node, 'elementwise')) {
      const src = node.src.map((operand) => visit(operand, point, inReduction));
      return builder.value({ kind: 'op', dtype, op: node.arg.op, src });
    }
    if (isOp(node, 'reduce')) return lowerReduce(node, point, inReduction);
    const source = sourcePoint(node, point, sizes);
    if (!source) throw new Error(`${node.op} must be in memory`);
    const value = visit(node.src[0]!, source, inReduction);
    // Below a pad, loads give 0 outside; anything else has to be told.
    if (source.where.length === point.where.length || builder.values[value]!.kind === 'load') return value;
    const inside = builder.value({ kind: 'inside', dtype: 'bool', where: source.where });
    return builder.value({ kind: 'op', dtype, op: 'where', src: [inside, value, builder.constant(dtype, 0)] });
  };

  const lowerReduce = (node: Node, point: Point, inReduction: boolean): number => {
    if (!isOp(node, 'reduce')) throw new Error('not a reduction');
    const source = node.src[0]!;
    const sameAxes =
      !reduced ||
      (isOp(reduced, 'reduce') && reduced.src[0]!.shape.join() === source.shape.join() && reduced.arg.axes.join() === node.arg.axes.join());
    if (inReduction || point.where.length > 0 || !sameAxes) throw new Obstacle({ realise: node });
    if (!reduced) {
      reduced = node;
      if (reducedAxes.length === 0) reducedAxes.push(...node.arg.axes.map((axis) => [source.shape[axis]!]));
      builder.reduction.push(...reducedAxes.flat().map((size) => ({ size })));
      sizes.push(...reducedAxes.flat());
    }
    let first = builder.loops.length;
    const index = point.index.map((at, axis) => {
      const loops = reducedAxes[node.arg.axes.indexOf(axis)];
      if (!loops) return at;
      const own = axisIndex(loops, first);
      first += loops.length;
      return own;
    });
    const value = visit(source, { index, where: [] }, true);
    return builder.accumulate({ dtype: node.dtype, combine: node.arg.op, value });
  };

  let first = 0;
  const index = axes.map((loops) => {
    const own = axisIndex(loops, first);
    first += loops.length;
    return own;
  });
  const value = visit(root, { index, where: [] }, false);
  const at = dot(index, into.strides ?? contiguousStrides(root.shape));
  builder.store(into.place, root.dtype, { ...at, offset: at.offset + into.offset }, value);
  return builder.build();
}

/** A nest that copies elements in row-major order. */
export function copyNest(node: Node, from: Place, into: Place): Nest {
  const builder = new NestBuilder();
  const count = elementCount(node.shape);
  if (count > 1) builder.loops.push(count);
  const at = count > 1 ? loopIndex(0) : zero;
  builder.store(into, node.dtype, at, builder.load(from, node.dtype, at, []));
  return builder.build();
}
