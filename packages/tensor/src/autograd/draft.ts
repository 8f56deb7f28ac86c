import { isFloat, type TensorType } from '../graph/dtype.ts';
import { constant } from '../graph/elementwise.ts';
import { inputNode, type Fn } from '../graph/fn.ts';
import { Graph, isOp, topological, type Node } from '../graph/node.ts';
import type { Gradient } from './context.ts';
import type { Differentiated, Request } from './differentiate.ts';
import { Partials } from './partials.ts';
import { contributions } from './rules.ts';

/** A backward graph that may still ask for any value of the forward pass. */
export interface Draft {
  /** The gradient of each input in `wrt`. */
  results: { name: string; node: Node }[];
  /** Inputs of the draft that stand for a node of the Fn. */
  values: ReadonlyMap<Node, Node>;
  /** Inputs of the draft that stand for what a call's forward Fn leaves. */
  saved: ReadonlyMap<Node, { call: Node; port: string }>;
  /** The forward Fn of each call that is differentiated. */
  forwards: ReadonlyMap<Node, Fn>;
}

/** Applies the rules from the outputs to the inputs. */
export function draftBackward(
  fn: Fn,
  { wrt, of, accumulate }: Request,
  differentiate: (callee: Fn, request: Request) => Differentiated,
): Draft {
  const graph = new Graph();
  const values = new Map<Node, Node>();
  const placeholders = new Map<Node, Node>();
  const saved = new Map<Node, { call: Node; port: string }>();
  const forwards = new Map<Node, Fn>();
  const partials = new Partials();

  const valueOf = (node: Node): Node => {
    const known = placeholders.get(node);
    if (known) return known;
    if (isOp(node, 'expand')) {
      // Constants stay visible to the functions that simplify.
      const [source] = node.src;
      if (isOp(source!, 'reshape') && isOp(source.src[0]!, 'constant')) return literal(node, source.src[0].arg.value);
      if (isOp(source!, 'constant')) return literal(node, source.arg.value);
    }
    if (isOp(node, 'constant')) return literal(node, node.arg.value);
    const placeholder = inputNode(graph, `value:${node.id}`, node);
    placeholders.set(node, placeholder);
    values.set(placeholder, node);
    return placeholder;
  };
  const literal = ({ dtype, shape }: TensorType, value: number) => constant(graph, value, { dtype, shape });

  const [wanted, accumulated] = [new Set(wrt), new Set(accumulate)];
  const outputs = fn.outputs.filter(({ name }) => of.includes(name));
  const nodes = topological(outputs.map(({ node }) => node));
  const depends = new Set<Node>();
  for (const node of nodes) {
    const own = isOp(node, 'input') ? wanted.has(node.arg.name) : node.src.some((source) => depends.has(source));
    if (own && (isFloat(node.dtype) || isOp(node, 'call') || isOp(node, 'routine'))) depends.add(node);
  }
  for (const { name, node } of fn.inputs)
    if (accumulated.has(name)) partials.add(node, { total: inputNode(graph, `acc:${name}`, node) as Gradient });
  for (const { name, node } of outputs) if (depends.has(node)) partials.add(node, inputNode(graph, `d:${name}`, node) as Gradient);

  /** Gradients of the results of routines and calls. */
  const ofResults = new Map<Node, (Gradient | undefined)[]>();
  for (const node of nodes.toReversed()) {
    if (!depends.has(node) || isOp(node, 'input')) continue;
    if (isOp(node, 'output')) {
      const [source] = node.src;
      const list = ofResults.get(source!) ?? [];
      list[node.arg.index] = partials.finish(node);
      ofResults.set(source!, list);
      continue;
    }
    const gradients = isOp(node, 'routine') || isOp(node, 'call') ? (ofResults.get(node) ?? []) : [partials.finish(node)];
    if (gradients.every((gradient) => gradient === undefined)) continue;
    const firstUse = (i: number) => node.src.indexOf(node.src[i]!) === i;
    const added = contributions({
      node,
      gradients,
      wants: (i) => depends.has(node.src[i]!),
      value: (forward) => valueOf(forward) as Gradient,
      partial: (i) => (firstUse(i) && depends.has(node.src[i]!) ? partials.takeable(node.src[i]!) : undefined),
      derive(request) {
        const { forward, backward } = differentiate((node as Node & { arg: { fn: Fn } }).arg.fn, request);
        forwards.set(node, forward);
        return backward;
      },
      saved(port, type) {
        const placeholder = inputNode(graph, `${port} of ${node.id}`, type);
        saved.set(placeholder, { call: node, port });
        return placeholder;
      },
    });
    for (const [i, source] of node.src.entries()) if (depends.has(source)) partials.add(source, added[i] ?? null);
  }
  const results = fn.inputs
    .filter(({ name }) => wanted.has(name))
    .map(({ name, node }) => ({ name, node: partials.finish(node) ?? literal(node, 0) }));
  return { results, values, saved, forwards };
}
