import type { Dtype, TensorType } from './graph/dtype.ts';
import type { ElementwiseOp } from './graph/elementwise-table.ts';
import type { ReduceOp } from './graph/node.ts';
import type { RoutineName } from './routines/contract.ts';

/** A compiled Fn: a flat list of kernel launches over named ports and one arena. Plain data, and printable. */
export interface Program {
  name: string;
  inputs: readonly Port[];
  outputs: readonly Port[];
  arenaBytes: number;
  /** The arena and all ports. */
  predictedPeakBytes: number;
  kernels: readonly Kernel[];
  launches: readonly Launch[];
}

export interface Port extends TensorType {
  name: string;
  /** Of an output: it is left in this input's memory, and has no binding of its own. */
  donates?: string;
}

export type Kernel = GeneratedKernel | RoutineKernel;

export interface GeneratedKernel {
  kind: 'generated';
  /** An identifier of C that is a function of `nest`: equal names are equal kernels. */
  name: string;
  nest: LoopNest;
}

/** Written by hand for each device; the contract is in routines/. */
export interface RoutineKernel {
  kind: 'routine';
  routine: RoutineName;
}

export interface Launch {
  /** Index into `kernels`. */
  kernel: number;
  /** In the order of `nest.buffers`, or of the routine's contract. null: an operand that is left out. */
  buffers: readonly (BufferRef | null)[];
  ints: readonly number[];
  floats: readonly number[];
}

export type BufferRef = { port: string; offsetBytes: number } | { arena: number };

/**
 * The body of a generated kernel:
 *
 *     for each index of `loops` (independent, any order)
 *       accumulators = their neutral element
 *       for each index of `reduction`: combine each accumulator with its value
 *       store
 *
 * Values are a list in which operands come first. A value that reads an accumulator exists after the reduction only.
 */
export interface LoopNest {
  buffers: readonly { dtype: Dtype; access: 'read' | 'write' }[];
  /** Sizes, outermost first. */
  loops: readonly number[];
  reduction: readonly ReductionLoop[];
  accumulators: readonly { dtype: Dtype; combine: ReduceOp; value: number }[];
  values: readonly Value[];
  /** Every store happens after every load of the same index, so that a buffer may be bound as read and as written at once. */
  stores: readonly { buffer: number; at: Affine; value: number }[];
}

export interface ReductionLoop {
  size: number;
  /** Index i of this parallel loop (of n) covers [floor(size i / n), floor(size (i + 1) / n)) only: partial results for a second pass. */
  partOf?: number;
}

/** offset + sum of strides[axis] * index[axis], the axes being `loops` and then `reduction`; in elements. */
export interface Affine {
  offset: number;
  strides: readonly number[];
}

/** Holds where 0 <= affine < size. */
export interface Condition extends Affine {
  size: number;
}

export type Value =
  | { kind: 'constant'; dtype: Dtype; value: number }
  /** 0 unless every condition holds; memory is not touched then. */
  | { kind: 'load'; dtype: Dtype; buffer: number; at: Affine; where: readonly Condition[] }
  | { kind: 'inside'; dtype: 'bool'; where: readonly Condition[] }
  | { kind: 'index'; dtype: 'int32'; at: Affine }
  | { kind: 'accumulator'; dtype: Dtype; accumulator: number }
  | { kind: 'op'; dtype: Dtype; op: ElementwiseOp; src: readonly number[] };
