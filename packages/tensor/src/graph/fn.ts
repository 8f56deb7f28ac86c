import { formatShape, shapeError, TensorError } from '../errors.ts';
import { sameShape, type Dtype, type TensorType } from './dtype.ts';
import { Graph, topological, type Node } from './node.ts';
import { rebuild } from './rebuild.ts';

type Dtypes = Readonly<Record<string, Dtype>>;
type NodesOf<T extends Dtypes> = { [K in keyof T]: Node<T[K]> };

/**
 * A graph with named ports: what is scheduled, planned and compiled as one, however often it is called.
 * I and O are the dtypes of its ports by name.
 */
export interface Fn<I extends Dtypes = Dtypes, O extends Dtypes = Dtypes> {
  readonly name: string;
  readonly inputs: readonly FnInput[];
  readonly outputs: readonly FnOutput[];
  /** What was derived from this Fn (programs, gradients), by a key of the deriver's. */
  readonly memo: Map<string, unknown>;
  /** Types only. */
  readonly ports?: { inputs: I; outputs: O };
}

export interface FnInput {
  readonly name: string;
  readonly node: Node;
}

export interface FnOutput {
  readonly name: string;
  readonly node: Node;
  /** The input in whose memory this output is left. */
  readonly donates?: string;
}

/** dtype and shape of a port. */
export const spec = <D extends Dtype>(dtype: D, shape: readonly number[]): TensorType<D> => ({ dtype, shape });

/**
 * Traces a function of nodes: `fn('scale', { x: spec('fp32', [2, 3]) }, ({ x }) => ({ y: mul(x, 2) }))`.
 * `donates` maps outputs to inputs of the same type whose memory they take over: the caller's value is gone afterwards.
 */
export function fn<const I extends Readonly<Record<string, TensorType>>, const O extends Readonly<Record<string, Node>>>(
  name: string,
  inputs: I,
  build: (inputs: { [K in keyof I]: Node<I[K]['dtype']> }) => O,
  options: { donates?: { readonly [K in keyof O]?: keyof I & string } } = {},
): Fn<{ [K in keyof I]: I[K]['dtype'] }, { [K in keyof O]: O[K]['dtype'] }> {
  const graph = new Graph();
  const ports = Object.entries(inputs).map(([port, type]) => ({ name: port, node: inputNode(graph, port, type) }));
  const results = build(Object.fromEntries(ports.map(({ name: port, node }) => [port, node])) as { [K in keyof I]: Node<I[K]['dtype']> });
  const outputs = Object.entries(results).map(([port, node]) => ({
    name: port,
    node,
    donates: options.donates?.[port],
  }));
  return makeFn(name, ports, outputs);
}

export function inputNode<D extends Dtype>(graph: Graph, name: string, { dtype, shape }: TensorType<D>): Node<D> {
  return graph.node({ op: 'input', dtype, shape: [...shape], src: [], arg: { name } });
}

/** Checks the ports and puts a Fn together from nodes of one graph. */
export function makeFn<I extends Dtypes, O extends Dtypes>(
  name: string,
  inputs: readonly FnInput[],
  outputs: readonly FnOutput[],
): Fn<I, O> {
  const donated = new Set<string>();
  const nodes = new Map(inputs.map((input) => [input.name, input.node]));
  for (const { name: port, node, donates } of outputs) {
    if (nodes.has(port)) throw new TensorError('invalid_argument', `${name}: "${port}" is the name of an input and of an output`);
    if (inputs[0] && node.graph !== inputs[0].node.graph)
      throw new TensorError('graph_mismatch', `${name}: output "${port}" belongs to another Fn`);
    if (donates === undefined) continue;
    const input = nodes.get(donates);
    if (!input) throw new TensorError('invalid_argument', `${name}: "${port}" donates "${donates}", which is no input`);
    if (input.dtype !== node.dtype || !sameShape(input.shape, node.shape))
      throw shapeError(name, `"${port}" does not fit into "${donates}"`, [node.shape, input.shape]);
    if (donated.has(donates)) throw new TensorError('invalid_argument', `${name}: "${donates}" is donated twice`);
    donated.add(donates);
  }
  return { name, inputs, outputs, memo: new Map() };
}

/** A node that runs the Fn with these inputs; its results by name. */
export function call<I extends Dtypes, O extends Dtypes>(callee: Fn<I, O>, args: NodesOf<I>): NodesOf<O> {
  const src = [...argumentsOf(`call ${callee.name}`, callee, args).values()];
  const [first] = src;
  const [result] = callee.outputs;
  if (!first || !result) throw new TensorError('invalid_argument', `call ${callee.name}: a Fn that is called has inputs and outputs`);
  const node = first.graph.node({ op: 'call', dtype: result.node.dtype, shape: result.node.shape, src, arg: { fn: callee } });
  return Object.fromEntries(callee.outputs.map((output, index) => [output.name, outputOf(node, index, output.node)])) as NodesOf<O>;
}

/** The nodes of the Fn among those of its caller, with these inputs: scheduled with what is around them, where a call is scheduled once. */
export function inline<I extends Dtypes, O extends Dtypes>(callee: Fn<I, O>, args: NodesOf<I>): NodesOf<O> {
  const given = argumentsOf(`inline ${callee.name}`, callee, args);
  const [first] = given.values();
  if (!first) throw new TensorError('invalid_argument', `inline ${callee.name}: a Fn that is put into another has inputs`);
  const done = new Map<Node, Node>();
  // In the order in which they were traced, which is about that in which they run.
  rebuild(topological(callee.outputs.map(({ node }) => node)), { graph: first.graph, done, replace: (node) => given.get(node) });
  return Object.fromEntries(callee.outputs.map(({ name, node }) => [name, done.get(node)!])) as NodesOf<O>;
}

/** What is given for each input node of the Fn, checked. */
function argumentsOf(what: string, callee: Fn, given: Readonly<Record<string, Node>>): Map<Node, Node> {
  for (const name of Object.keys(given)) {
    if (!callee.inputs.some((input) => input.name === name))
      throw new TensorError('invalid_argument', `${what}: there is no input "${name}"`);
  }
  return new Map(
    callee.inputs.map(({ name, node }) => {
      const value = given[name];
      if (!value) throw new TensorError('invalid_argument', `${what}: input "${name}" is missing`);
      if (value.dtype !== node.dtype || !sameShape(value.shape, node.shape))
        throw new TensorError(
          'shape_mismatch',
          `${what}: "${name}" is ${value.dtype}${formatShape(value.shape)}, not ${node.dtype}${formatShape(node.shape)}`,
        );
      return [node, value];
    }),
  );
}

/** The result of a routine or call with the given index. */
export function outputOf<D extends Dtype>(node: Node, index: number, { dtype, shape }: TensorType<D>): Node<D> {
  return node.graph.node({ op: 'output', dtype, shape, src: [node], arg: { index } });
}
