import { TensorError } from '../errors.ts';
import { add, exp, mul, sub } from '../graph/elementwise.ts';
import { outputOf } from '../graph/fn.ts';
import { broadcastTo, reshape, transpose } from '../graph/movement.ts';
import { isOp, type Node } from '../graph/node.ts';
import { sum } from '../graph/reduce.ts';
import { matmul, routine } from '../graph/routines.ts';
import type { RoutineAttributes, RoutineName } from '../routines/contract.ts';
import { routineOf } from '../routines/table.ts';
import type { Contribution, Gradient, RuleContext } from './context.ts';

type RoutineRule<R extends RoutineName> = (context: RuleContext, attributes: RoutineAttributes[R]) => readonly Contribution[];

const rules: { readonly [R in RoutineName]?: RoutineRule<R> } = {
  matmul: matmulRule,
  attention(context, attributes) {
    const dout = onlyFirst(context, 'attention');
    const operands = context.node.src.map(context.value);
    return routine('attention_grad', [...operands, result(context, 0), result(context, 1), dout], attributes) as Gradient[];
  },
  layernorm(context) {
    const dy = onlyFirst(context, 'layernorm');
    const [x, gamma] = context.node.src.slice(0, 2).map(context.value);
    const sums = [context.partial(1), context.partial(2)].filter((partial) => partial !== undefined);
    const accumulate = sums.length === 2;
    const operands = [dy, x!, gamma!, result(context, 1), result(context, 2), ...(accumulate ? sums : [])];
    const [dx, dgamma, dbeta] = routine('layernorm_grad', operands, { accumulate }) as [Gradient, Gradient, Gradient];
    return accumulate ? [dx, { total: dgamma }, { total: dbeta }] : [dx, dgamma, dbeta];
  },
  softmax_cross_entropy(context) {
    const [dloss, dlse] = context.gradients;
    const [logits, targets] = context.node.src.map(context.value) as [Gradient, Node<'int32'>];
    const lse = result(context, 1);
    const column = (perRow: Gradient) => broadcastTo(reshape(perRow, [-1, 1]), logits.shape);
    const ofLoss = dloss && (routine('softmax_cross_entropy_grad', [logits, targets, lse, dloss], {})[0] as Gradient);
    const ofLse = dlse && mul(exp(sub(logits, column(lse))), column(dlse));
    return [ofLoss && ofLse ? add(ofLoss, ofLse) : (ofLoss ?? ofLse ?? null), null];
  },
  embedding({ node, gradients, value, partial }) {
    const [table, ids] = node.src;
    const sums = partial(0);
    const attributes = { vocabulary: table!.shape[0]!, accumulate: sums !== undefined };
    const [total] = routine('embedding_grad', [gradients[0]!, value(ids!), ...(sums ? [sums] : [])], attributes) as [Gradient];
    return [sums ? { total } : total, null];
  },
};

export function routineRule(context: RuleContext): readonly Contribution[] {
  const { node } = context;
  if (!isOp(node, 'routine')) return [];
  const rule = rules[node.arg.routine] as RoutineRule<RoutineName> | undefined;
  if (!rule) throw new TensorError('not_differentiable', `${node.arg.routine} has no gradient`, { routine: node.arg.routine });
  return rule(context, node.arg.attributes);
}

/** c = a b + bias + into, where a or b may lie transposed, and b may be shared by the batch. */
function matmulRule(
  { node, gradients, wants, value, partial }: RuleContext,
  { transposeA, transposeB, bias, accumulate }: RoutineAttributes['matmul'],
): Contribution[] {
  const [aNode, bNode] = node.src as [Node, Node];
  const dc = gradients[0]!;
  const into = (source: number) => {
    const total = partial(source);
    return { options: total ? { into: total } : {}, contribution: (sum: Gradient): Contribution => (total ? { total: sum } : sum) };
  };

  const ofA = (): Contribution => {
    const { options, contribution } = into(0);
    const b = value(bNode);
    if (!transposeA) return contribution(matmul(dc, b, { transposeB: !transposeB, ...options }));
    const batched = broadcastTo(b, [...aNode.shape.slice(0, -2), ...b.shape.slice(-2)]);
    return contribution(matmul(batched, dc, { transposeA: transposeB, transposeB: true, ...options }));
  };
  const ofB = (): Contribution => {
    const { options, contribution } = into(1);
    let a = value(aNode);
    let d = dc;
    let turned = transposeA;
    if (aNode.shape.length > 2 && bNode.shape.length === 2) {
      // Shared by the batch: one product over all rows.
      if (turned) a = transpose(a);
      turned = false;
      a = reshape(a, [-1, a.shape.at(-1)!]);
      d = reshape(d, [-1, d.shape.at(-1)!]);
    }
    return contribution(
      transposeB ? matmul(d, a, { transposeA: true, transposeB: turned, ...options }) : matmul(a, d, { transposeA: !turned, ...options }),
    );
  };
  const ofBias = () => sum(dc, { axes: dc.shape.slice(0, -1).map((_, axis) => axis) });
  const rest = [...(bias ? [ofBias] : []), ...(accumulate ? [() => dc] : [])];
  return [ofA, ofB, ...rest].map((gradient, i) => (wants(i) ? gradient() : null));
}

function onlyFirst({ gradients, node }: RuleContext, name: string): Gradient {
  const [first, ...others] = gradients;
  if (first && others.every((gradient) => gradient === undefined)) return first;
  throw new TensorError('not_differentiable', `${name}: only its first result has a gradient, of shape [${node.shape.join(',')}]`);
}

/** A result of the routine in the forward pass. */
function result({ node, value }: RuleContext, index: number): Gradient {
  if (!isOp(node, 'routine')) throw new Error('not a routine');
  const contract = routineOf<RoutineName>(node.arg.routine);
  return value(outputOf(node, index, contract.infer(node.src, node.arg.attributes)[index]!));
}
