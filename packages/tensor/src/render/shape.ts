import { elementCount } from '../graph/dtype.ts';
import type { Affine, LoopNest } from '../program.ts';
import { reachable } from '../schedule/nest.ts';

/**
 * What the innermost loop of a kernel runs over:
 *
 *     elements   a block of one parallel loop; nothing is reduced
 *     columns    a block of one parallel loop, once for each index of the reduction: an accumulator for each element
 *     rows       lanes of a reduction loop, each with an accumulator of its own, folded pairwise at the end
 */
export type Shape = {
  /** The axis (loops, then reduction) that is walked; null when there is none, or none that is worth it. */
  axis: number | null;
  /** How many elements the innermost loop has, as an expression. */
  count: string;
} & ({ kind: 'elements' | 'columns'; block: number; beside: number | null } | { kind: 'rows'; lanes: number });

/** Items that keep every core busy to the end, and the sizes of a block that are worth the overhead of a loop and stay in the caches. */
const itemsWanted = 64;
const blockMin = 256;
const blockMax = { elements: 16_384, columns: 512 };
/** When neighbours in memory belong to different items: cache lines of so many elements stay until the next item needs them. */
const blockTurned = 32;
const vector = 16;

export function chooseShape(nest: LoopNest): Shape {
  const { loops, reduction } = nest;
  const spatial = best(nest, range(loops.length));
  if (reduction.length === 0) return blocks(nest, 'elements', spatial.axis);
  const along = best(
    nest,
    range(reduction.length).map((i) => i + loops.length),
  );
  if (along.axis === null || spatial.score > along.score) return blocks(nest, 'columns', spatial.axis);
  const size = lengthOf(nest, along.axis);
  if (size < vector)
    return spatial.axis === null ? { kind: 'rows', axis: null, count: '1', lanes: 1 } : blocks(nest, 'columns', spatial.axis);
  return { kind: 'rows', axis: along.axis, count: '', lanes: size >= 16 * vector ? 4 * vector : vector };
}

function blocks(nest: LoopNest, kind: 'elements' | 'columns', axis: number | null): Shape {
  if (axis === null) return { kind, axis, count: '1', block: 1, beside: null };
  const size = nest.loops[axis]!;
  const others = elementCount(nest.loops) / size;
  const even = roundUp(Math.ceil(size / Math.ceil(itemsWanted / others)), vector);
  const beside = kind === 'elements' ? turnedAxis(nest, axis) : null;
  const block = Math.min(size, beside === null ? Math.max(blockMin, Math.min(even, blockMax[kind])) : blockTurned);
  return { kind, axis, block, count: size % block === 0 ? `${block}` : 'n', beside };
}

/** The loop along which something that is strided along `axis` lies in memory. */
function turnedAxis({ loops, values, stores }: LoopNest, axis: number): number | null {
  const accesses = [...values.flatMap((value) => (value.kind === 'load' ? [value.at] : [])), ...stores.map(({ at }) => at)];
  for (const { strides } of accesses) {
    const along = strides.findIndex((stride, loop) => stride === 1 && loop < loops.length && loops[loop]! > 1);
    if (along >= 0 && along !== axis && strides[axis]! > 1) return along;
  }
  return null;
}

/** The axis along which most of memory is walked element by element. */
function best(nest: LoopNest, candidates: readonly number[]): { axis: number | null; score: number } {
  const roots = nest.reduction.length > 0 ? nest.accumulators : nest.stores;
  const needed = reachable(
    nest.values,
    roots.map(({ value }) => value),
  );
  const loads = nest.values.flatMap((value, i) => (needed[i] && value.kind === 'load' ? [value.at] : []));
  const stores = nest.reduction.length > 0 ? [] : nest.stores.map(({ at }) => at);
  let found: { axis: number | null; score: number } = { axis: null, score: 0 };
  for (const axis of candidates) {
    const size = lengthOf(nest, axis);
    if (size === 1) continue;
    const ease = ({ strides }: Affine) => (strides[axis] === 1 ? 3 : (strides[axis] ?? 0) === 0 ? 2 : 1);
    const score = [...loads, ...stores, ...stores].reduce((sum, at) => sum + ease(at), 1) * Math.min(1, size / vector);
    if (score >= found.score) found = { axis, score };
  }
  return found;
}

/** Elements along an axis in one go. */
function lengthOf({ loops, reduction }: LoopNest, axis: number): number {
  if (axis < loops.length) return loops[axis]!;
  const { size, partOf } = reduction[axis - loops.length]!;
  return partOf === undefined ? size : Math.floor(size / loops[partOf]!);
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const roundUp = (value: number, grain: number): number => Math.ceil(value / grain) * grain;
