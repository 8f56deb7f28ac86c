import { TensorError } from '../errors.ts';
import { byteCount, isFloat } from '../graph/dtype.ts';
import { inputNode, makeFn, outputOf, type Fn, type FnInput, type FnOutput } from '../graph/fn.ts';
import { Graph, isOp, topological, type Node } from '../graph/node.ts';
import { rebuild } from '../graph/rebuild.ts';
import { draftBackward, type Draft } from './draft.ts';
import { minimumCut } from './min-cut.ts';

export interface DifferentiateOptions {
  /** Inputs whose gradients are wanted. */
  wrt: readonly string[];
  /** Outputs whose gradients are given: all floating ones when left out. */
  of?: readonly string[];
  /** Gradients that are added to what their memory holds: all of `wrt` when true. */
  accumulate?: boolean | readonly string[];
}

export interface Differentiated {
  /** The Fn itself, which also leaves what its backward Fn needs. */
  forward: Fn;
  backward: Fn;
}

/** The options with every name looked up, in the order of the Fn's ports. */
export interface Request {
  wrt: readonly string[];
  of: readonly string[];
  accumulate: readonly string[];
}

/**
 * Reverse-mode gradients of a Fn. Ports:
 *
 * - `forward`: inputs and outputs of the Fn, and outputs `saved:0`, `saved:1`, ...
 * - `backward`, inputs: those inputs and outputs of the Fn that it needs, under their own names; every `saved:*`; `d:OUT` for the outputs
 *   in `of`; `acc:IN` for accumulated gradients. Only what it needs is there: bind what `backward.inputs` lists.
 * - `backward`, outputs: `d:IN` for each input in `wrt`, zeros where nothing depends on it. Accumulated ones donate `acc:IN`.
 *
 * What is saved is the least number of bytes from which the backward pass can compute element-wise values again; inputs are never copied
 * (but for those that the Fn donates). Fns that are called are differentiated once, and called again. The result is kept with the Fn.
 *
 * @throws TensorError invalid_argument for ports that do not exist, not_differentiable for integers and for ops without a rule.
 */
export function differentiate(fn: Fn, options: DifferentiateOptions): Differentiated {
  const request = resolve(fn, options);
  const key = `gradient ${JSON.stringify(request)}`;
  const known = fn.memo.get(key) as Differentiated | undefined;
  if (known) return known;
  const result = derive(fn, request);
  // What is saved does not depend on which gradients are accumulated: one forward Fn serves all.
  const forwardKey = `forward ${JSON.stringify({ ...request, accumulate: [] })}`;
  const forward = (fn.memo.get(forwardKey) as Fn | undefined) ?? result.forward;
  fn.memo.set(forwardKey, forward);
  fn.memo.set(key, { ...result, forward });
  return { ...result, forward };
}

function resolve(fn: Fn, { wrt, of, accumulate = false }: DifferentiateOptions): Request {
  const choose = (kind: string, ports: readonly (FnInput | FnOutput)[], names: readonly string[]): string[] => {
    const byName = new Map(ports.map((port) => [port.name, port]));
    const chosen = new Set(names);
    for (const name of chosen) {
      const port = byName.get(name);
      if (!port) throw new TensorError('invalid_argument', `differentiate ${fn.name}: there is no ${kind} "${name}"`);
      if (!isFloat(port.node.dtype))
        throw new TensorError('not_differentiable', `differentiate ${fn.name}: ${kind} "${name}" is ${port.node.dtype}`);
    }
    return ports.flatMap(({ name }) => (chosen.has(name) ? [name] : []));
  };
  const floats = fn.outputs.flatMap(({ name, node }) => (isFloat(node.dtype) ? [name] : []));
  const wanted = choose('input', fn.inputs, wrt);
  const accumulated = typeof accumulate === 'boolean' ? (accumulate ? wanted : []) : choose('input', fn.inputs, accumulate);
  if (accumulated.some((name) => !wanted.includes(name)))
    throw new TensorError('invalid_argument', `differentiate ${fn.name}: only gradients in wrt can be accumulated`);
  return { wrt: wanted, of: choose('output', fn.outputs, of ?? floats), accumulate: accumulated };
}

function derive(fn: Fn, request: Request): Differentiated {
  const draft = draftBackward(fn, request, differentiate);
  const donated = new Set(fn.outputs.map(({ donates }) => donates));
  const keptInputs = fn.inputs.filter(({ name }) => !donated.has(name));
  const used = topological(draft.results.map(({ node }) => node));
  const cut = chooseSaved(
    used.flatMap((node) => draft.values.get(node) ?? []),
    new Set(keptInputs.map(({ node }) => node)),
  );

  // Where the backward pass finds each value: a port of the Fn that the caller has anyway, or a new one.
  const portOf = new Map<Node, string>(keptInputs.map(({ node, name }) => [node, name]));
  for (const { node, name } of fn.outputs) if (cut.has(node)) portOf.set(node, name);
  const saved: { name: string; node: Node; port?: string }[] = [];
  const save = (node: Node, port?: string): string => {
    const name = `saved:${saved.length}`;
    saved.push({ name, node, port });
    return name;
  };
  for (const node of [...cut].sort((a, b) => a.id - b.id)) if (!portOf.has(node)) portOf.set(node, save(node));
  const portOfPlaceholder = new Map<Node, string>();
  for (const node of used) {
    const source = draft.saved.get(node);
    if (source) portOfPlaceholder.set(node, save(source.call, source.port));
  }
  return {
    forward: makeForward(fn, { saved, forwards: draft.forwards }),
    backward: makeBackward(fn, { request, draft, portOf, portOfPlaceholder, saved }),
  };
}

/** The values to save: the fewest bytes from which `needed` can be computed. */
function chooseSaved(needed: readonly Node[], inputs: ReadonlySet<Node>): Set<Node> {
  const isGiven = (node: Node) => inputs.has(node) || isOp(node, 'constant') || isOp(node, 'iota');
  // To save what a movement op shows is a copy, so only for far fewer bytes.
  const isView = ({ op }: Node) => op === 'reshape' || op === 'permute' || op === 'expand' || op === 'slice' || op === 'pad';
  return minimumCut({
    needed,
    cost: (node) => (isGiven(node) ? Infinity : byteCount(node) * (isView(node) ? 2 : 1)),
    recompute(node) {
      if (isGiven(node)) return [];
      return isOp(node, 'input') || isOp(node, 'output') || isOp(node, 'reduce') ? null : node.src;
    },
  });
}

interface Saved {
  name: string;
  /** The value; or the call whose forward Fn leaves it at `port`. */
  node: Node;
  port?: string;
}

/** The Fn with forward Fns in place of those it calls, and with what is saved as outputs. */
function makeForward(fn: Fn, { saved, forwards }: { saved: readonly Saved[]; forwards: ReadonlyMap<Node, Fn> }): Fn {
  const graph = new Graph();
  const done = new Map<Node, Node>();
  rebuild(topological([...fn.inputs, ...fn.outputs, ...saved].map(({ node }) => node)), {
    graph,
    done,
    copy(node, src) {
      const forward = forwards.get(node);
      return forward && graph.node({ op: 'call', dtype: node.dtype, shape: node.shape, src, arg: { fn: forward } });
    },
  });
  const copyOf = (node: Node) => done.get(node)!;
  const extra = saved.map(({ name, node, port }): FnOutput => {
    if (port === undefined) return { name, node: copyOf(node) };
    const { outputs } = forwards.get(node)!;
    const index = outputs.findIndex((output) => output.name === port);
    return { name, node: outputOf(copyOf(node), index, outputs[index]!.node) };
  });
  const inputs = fn.inputs.map(({ name, node }) => ({ name, node: copyOf(node) }));
  return makeFn(`${fn.name}.forward`, inputs, [...fn.outputs.map((output) => ({ ...output, node: copyOf(output.node) })), ...extra]);
}

interface BackwardParts {
  request: Request;
  draft: Draft;
  portOf: ReadonlyMap<Node, string>;
  portOfPlaceholder: ReadonlyMap<Node, string>;
  saved: readonly Saved[];
}

/** The draft with ports, and what is computed again, in place of values of the forward pass. */
function makeBackward(fn: Fn, { request, draft, portOf, portOfPlaceholder, saved }: BackwardParts): Fn {
  const graph = new Graph();
  const again = new Map<Node, Node>();
  const port = (name: string | undefined, type: Node) => (name === undefined ? undefined : inputNode(graph, name, type));
  const valueOf = (node: Node): Node => rebuild([node], { graph, done: again, replace: (inner) => port(portOf.get(inner), inner) })[0]!;
  const done = new Map<Node, Node>();
  rebuild(topological(draft.results.map(({ node }) => node)), {
    graph,
    done,
    replace(node) {
      const value = draft.values.get(node);
      return value ? valueOf(value) : port(portOfPlaceholder.get(node), node);
    },
  });
  const outputs = draft.results.map(({ name, node }): FnOutput => {
    const donates = request.accumulate.includes(name) ? { donates: `acc:${name}` } : {};
    return { name: `d:${name}`, node: done.get(node)!, ...donates };
  });
  const order = new Map([...fn.inputs, ...fn.outputs, ...saved].map(({ name }, i) => [name, i]));
  const rank = (name: string) => order.get(name) ?? order.size;
  const inputs = topological(outputs.map(({ node }) => node))
    .flatMap((node): FnInput[] => (isOp(node, 'input') ? [{ name: node.arg.name, node }] : []))
    .sort((a, b) => rank(a.name) - rank(b.name));
  return makeFn(`${fn.name}.backward`, inputs, outputs);
}
