import { contiguousStrides } from '../graph/dtype.ts';
import { isOp, type Node } from '../graph/node.ts';
import type { StridedView } from '../routines/contract.ts';
import { mergeAxes } from '../routines/contract.ts';
import { reshapeGroups } from './point.ts';

/** A node's elements where they lie in the memory of another, strides and offset in elements. */
export interface View extends StridedView {
  base: Node;
  offset: number;
}

const movements = new Set(['reshape', 'permute', 'expand', 'slice', 'pad']);
export const isMovement = (node: Node): boolean => movements.has(node.op);

/** The node under all movement ops. */
export function baseOf(node: Node): Node {
  let base = node;
  while (isMovement(base)) base = base.src[0]!;
  return base;
}

/** The node under reshapes: it has the same elements in the same order. */
export function sameElements(node: Node): Node {
  let base = node;
  while (isOp(base, 'reshape')) base = base.src[0]!;
  return base;
}

/** A node as a strided view of the first node below it for which `isBase` holds; null when strides cannot say it. */
export function viewOf(node: Node, isBase: (node: Node) => boolean): View | null {
  const { dtype, shape } = node;
  if (!isMovement(node) || isBase(node)) return { base: node, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
  const source = viewOf(node.src[0]!, isBase);
  if (!source) return null;
  const { base, strides, offset } = source;
  if (isOp(node, 'permute')) return { base, dtype, shape, strides: node.arg.order.map((axis) => strides[axis]!), offset };
  if (isOp(node, 'expand'))
    return { base, dtype, shape, strides: shape.map((size, axis) => (source.shape[axis] === size ? strides[axis]! : 0)), offset };
  if (isOp(node, 'slice')) return { base, dtype, shape, strides, offset: offset + node.arg.start * strides[node.arg.axis]! };
  if (isOp(node, 'reshape')) {
    const reshaped = reshapeStrides(source, shape);
    return reshaped && { base, dtype, shape, strides: reshaped, offset };
  }
  return null;
}

/** Strides under which memory that is read as `source` is read as `shape`. */
function reshapeStrides(source: StridedView, shape: readonly number[]): number[] | null {
  const strides = contiguousStrides(shape);
  for (const group of reshapeGroups(source.shape, shape)) {
    const merged = mergeAxes(
      group.from.map((axis) => source.shape[axis]!),
      group.from.map((axis) => source.strides[axis]!),
    );
    if (!merged) return null;
    let { stride } = merged;
    for (const axis of group.to.toReversed()) {
      strides[axis] = stride;
      stride *= shape[axis]!;
    }
  }
  return strides;
}
