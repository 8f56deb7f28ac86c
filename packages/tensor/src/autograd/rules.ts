import { cast, div, equal, mul } from '../graph/elementwise.ts';
import { call, outputOf } from '../graph/fn.ts';
import { broadcastTo, permute, reshape, slice } from '../graph/movement.ts';
import type { Dtype, TensorType } from '../graph/dtype.ts';
import type { Node, Op } from '../graph/node.ts';
import { sum } from '../graph/reduce.ts';
import type { Contribution, Gradient, RuleContext } from './context.ts';
import { elementwiseRule } from './elementwise-rules.ts';
import { routineRule } from './routine-rules.ts';

type Rule<O extends Op> = (node: Node<Dtype, O>, gradient: Gradient, context: RuleContext) => readonly Contribution[];

const none = () => [];

/** What each op adds to the gradients of its sources, in their order. `gradient` is that of the first result. */
const rules: { readonly [O in Op]: Rule<O> } = {
  input: none,
  constant: none,
  iota: none,
  output: none,
  reshape: ({ src: [x] }, g) => [reshape(g, x!.shape)],
  permute({ arg: { order } }, g) {
    const inverse = order.map((_, axis) => order.indexOf(axis));
    return [permute(g, inverse)];
  },
  expand({ shape, src: [x] }, g) {
    const axes = shape.flatMap((size, axis) => (size === x!.shape[axis] ? [] : [axis]));
    return [sum(g, { axes, keepDims: true })];
  },
  slice: ({ arg: { axis, start } }, g) => [{ part: g, axis, start }],
  pad: ({ arg: { axis, before }, src: [x] }, g) => [slice(g, { axis, start: before, end: before + x!.shape[axis]! })],
  concat({ arg: { axis }, src }, g, { wants }) {
    let end = 0;
    return src.map((part, i) => {
      const start = end;
      end += part.shape[axis]!;
      return wants(i) ? slice(g, { axis, start, end }) : null;
    });
  },
  reduce(node, g, { value }) {
    const { op, axes } = node.arg;
    const x = node.src[0]!;
    if (op === 'sum') return [broadcastTo(g, x.shape)];
    // Elements that are equally large share the gradient.
    const isLargest = cast(equal(value(x), broadcastTo(value(node), x.shape)), 'fp32');
    const share = div(g, sum(isLargest, { axes, keepDims: true }));
    return [mul(isLargest, broadcastTo(share, x.shape))];
  },
  elementwise: (_, g, context) => elementwiseRule(context, g),
  routine: (_, __, context) => routineRule(context),
  /** The backward Fn of what is called, called: a layer that is repeated forwards is repeated backwards. */
  call(node, _, { gradients, wants, value, partial, derive, saved }) {
    const { inputs, outputs } = node.arg.fn;
    const wanted = inputs.flatMap(({ name }, i) => (wants(i) ? [{ name, i }] : []));
    const sums = new Map(wanted.flatMap(({ name, i }): [string, Gradient][] => (partial(i) ? [[name, partial(i)!]] : [])));
    const backward = derive({
      wrt: wanted.map(({ name }) => name),
      of: outputs.flatMap(({ name }, index) => (gradients[index] ? [name] : [])),
      accumulate: [...sums.keys()],
    });
    const argument = (port: string, type: TensorType): Node => {
      const [kind, name] = splitPort(port);
      if (kind === 'saved') return saved(port, type);
      if (kind === 'acc') return sums.get(name)!;
      const output = outputs.findIndex((candidate) => candidate.name === name);
      if (kind === 'd') return gradients[output]!;
      return value(
        output >= 0 ? outputOf(node, output, outputs[output]!.node) : node.src[inputs.findIndex((input) => input.name === name)]!,
      );
    };
    if (backward.inputs.length === 0) return [];
    const results = call(backward, Object.fromEntries(backward.inputs.map((input) => [input.name, argument(input.name, input.node)])));
    const gradientOf = (name: string) => results[`d:${name}`] as Gradient;
    return inputs.map(({ name }, i) => {
      if (!wants(i)) return null;
      return sums.has(name) ? { total: gradientOf(name) } : gradientOf(name);
    });
  },
};

/** What the context's node adds to the gradient of each source. */
export function contributions(context: RuleContext): readonly Contribution[] {
  const { node, gradients } = context;
  return (rules[node.op] as Rule<Op>)(node, gradients[0]!, context);
}

/** `d:x` is ['d', 'x']; a port of the Fn itself has kind ''. */
function splitPort(port: string): [kind: string, name: string] {
  const match = /^(d|acc|saved):(.*)$/.exec(port);
  return match ? [match[1]!, match[2]!] : ['', port];
}
