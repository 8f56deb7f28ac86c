import { formatShape, TensorError } from '../errors.ts';
import type { RoutineCall } from '../routines/contract.ts';
import type { Dtype, TensorType } from './dtype.ts';
import type { ElementwiseOp } from './elementwise-table.ts';
import type { Fn } from './fn.ts';

/** What each op carries beside its sources. */
export interface OpArguments {
  /** A port of the Fn. */
  input: { name: string };
  /** One value for every element. */
  constant: { value: number };
  /** The row-major index of each element, int32. */
  iota: Record<never, never>;

  reshape: Record<never, never>;
  /** Axis i of the result is axis order[i] of the source. */
  permute: { order: readonly number[] };
  /** Axes of size 1 become the node's. */
  expand: Record<never, never>;
  slice: { axis: number; start: number; end: number };
  /** Zeros before and after. */
  pad: { axis: number; before: number; after: number };
  concat: { axis: number };

  elementwise: { op: ElementwiseOp };
  /** Reduced axes stay, with size 1. */
  reduce: { op: ReduceOp; axes: readonly number[] };

  /** Several results, each read through an `output` node. */
  routine: RoutineCall;
  call: { fn: Fn };
  output: { index: number };
}

export type Op = keyof OpArguments;
export type ReduceOp = 'sum' | 'max';

/**
 * A value of the graph: one op applied to its sources. Immutable, and unique within its graph: equal nodes are the same object.
 * Node ids rise along every path, so sorting by id is a topological order.
 */
export class Node<D extends Dtype = Dtype, O extends Op = Op> {
  readonly graph: Graph;
  readonly id: number;
  readonly op: O;
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly src: readonly Node[];
  readonly arg: OpArguments[O];

  constructor(graph: Graph, id: number, description: NodeDescription<D, O>) {
    this.graph = graph;
    this.id = id;
    this.op = description.op;
    this.dtype = description.dtype;
    this.shape = description.shape;
    this.src = description.src;
    this.arg = description.arg;
  }
}

export interface NodeDescription<D extends Dtype = Dtype, O extends Op = Op> extends TensorType<D> {
  op: O;
  src: readonly Node[];
  arg: OpArguments[O];
}

/** A number stands for a constant of the other operand's dtype. */
export type Operand<D extends Dtype = Dtype> = Node<D> | number;

/** The nodes of one Fn. */
export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #fnIds = new Map<Fn, number>();

  /** The node that fits the description: the one that exists, or a new one. */
  node<D extends Dtype, O extends Op>(description: NodeDescription<D, O>): Node<D, O> {
    const { op, dtype, shape, src, arg } = description;
    for (const size of shape) {
      if (!Number.isSafeInteger(size) || size < 1)
        throw new TensorError('shape_mismatch', `${op}: sizes must be positive integers, not ${formatShape(shape)}`, { op, shape });
    }
    for (const source of src) {
      if (source.graph !== this) throw new TensorError('graph_mismatch', `${op}: its operands belong to different Fns`, { op });
    }
    const key = `${op}|${dtype}|${shape.join()}|${src.map(({ id }) => id).join()}|${this.#argumentKey(arg)}`;
    const known = this.#nodes.get(key);
    if (known) return known as Node<D, O>;
    const node = new Node(this, this.#nodes.size, description);
    this.#nodes.set(key, node);
    return node;
  }

  #argumentKey(arg: OpArguments[Op]): string {
    return JSON.stringify(arg, (name, value: unknown) => {
      if (name === 'fn') {
        const fn = value as Fn;
        if (!this.#fnIds.has(fn)) this.#fnIds.set(fn, this.#fnIds.size);
        return this.#fnIds.get(fn);
      }
      // JSON has neither infinities nor -0.
      return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
        ? `${Object.is(value, -0) ? '-0' : value}`
        : value;
    });
  }
}

/** Narrows a node to one op, and with it the type of its `arg`. */
export const isOp = <O extends Op>(node: Node, op: O): node is Node<Dtype, O> => node.op === op;

/** Every node that the roots are made of, sources first. */
export function topological(roots: Iterable<Node>): Node[] {
  const found = new Set<Node>();
  const stack = [...roots];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (found.has(node)) continue;
    found.add(node);
    stack.push(...node.src);
  }
  return [...found].sort((a, b) => a.id - b.id);
}
