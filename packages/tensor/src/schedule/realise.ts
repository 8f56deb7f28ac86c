import { elementCount } from '../graph/dtype.ts';
import { elementwiseTable } from '../graph/elementwise-table.ts';
import type { Fn } from '../graph/fn.ts';
import { isOp, topological, type Node } from '../graph/node.ts';
import { routineOf } from '../routines/table.ts';
import type { RoutineName } from '../routines/contract.ts';
import { isContiguous } from '../routines/contract.ts';
import { baseOf, isMovement, sameElements, viewOf, type View } from './view.ts';

/** Which values of a Fn get memory; the others are computed where they are used. */
export interface Realised {
  /** In topological order. Outputs of routines and calls are among them. */
  nodes: readonly Node[];
  has(node: Node): boolean;
  /** How a routine or call reads each operand. */
  operands(node: Node): readonly View[];
  /** Whether nothing needs a value that has memory any more once `user` runs: its other uses are routines and calls that were traced before. */
  usedLast(node: Node, user: Node): boolean;
}

interface Use {
  user: Node;
  /** Only reshapes lie between. */
  plain: boolean;
  /** The user reads elements repeatedly. */
  repeated: boolean;
}

const isComputed = (node: Node): boolean => isOp(node, 'elementwise') || isOp(node, 'reduce');
/** Values that exist nowhere until something needs them in memory. */
const isInline = (node: Node): boolean => isComputed(node) || isMovement(node) || isOp(node, 'constant') || isOp(node, 'iota');

/**
 * Decides what is kept in memory: operands of routines and calls (as views where the routine can read them), outputs, `forced` nodes, and
 * of the rest what would cost more to compute at each of its uses.
 */
export function realise(fn: Fn, forced: ReadonlySet<Node>): Realised {
  const outputs = fn.outputs.map(({ node }) => node);
  const all = topological(outputs);
  const kept = new Set<Node>(forced);
  const views = new Map<Node, View[]>();
  for (const node of all) {
    if (isOp(node, 'input') || isOp(node, 'output') || isOp(node, 'concat')) kept.add(node);
  }
  for (const node of all) {
    if (!isOp(node, 'routine') && !isOp(node, 'call')) continue;
    const operands = node.src.map((operand, i) => operandView(node, operand, i, kept));
    views.set(node, operands);
    for (const { base } of operands) kept.add(base);
  }
  for (const output of outputs) kept.add(sameElements(output));

  const uses = collectUses(all, kept);
  const weights = weigh(all, kept);
  const kernels = new Map<Node, ReadonlySet<Node>>();
  /** Uses of what holds a reduction must be single and element for element, up to a kernel's end. */
  const endsAlone = (node: Node): boolean => {
    if (kept.has(node)) return true;
    const [use, ...others] = uses.get(node) ?? [];
    return (
      use !== undefined &&
      others.length === 0 &&
      use.plain &&
      !use.repeated &&
      !isOp(use.user, 'reduce') &&
      !isMovement(use.user) &&
      endsAlone(use.user)
    );
  };
  for (const node of all.toReversed()) {
    if (!isComputed(node)) continue;
    if (!kept.has(node)) {
      const own = uses.get(node) ?? [];
      const users = new Set(own.flatMap(({ user }) => [...(kernels.get(user) ?? [user])]));
      const { costly, loads } = weights.get(node)!;
      const computedTwice = users.size > 1 && (costly || loads > 1);
      const computedOften = costly && elementCount(node.shape) > 1 && own.some(({ repeated }) => repeated);
      if (computedTwice || computedOften || (isOp(node, 'reduce') && !endsAlone(node))) kept.add(node);
      else kernels.set(node, users);
    }
    if (kept.has(node)) kernels.set(node, new Set([node]));
  }
  const nodes = all.filter((node) => kept.has(node));
  const given = new Set(outputs.map(sameElements));
  return {
    nodes,
    has: (node) => kept.has(node),
    operands: (node) => views.get(node) ?? [],
    usedLast: (node, last) =>
      !given.has(node) &&
      (uses.get(node) ?? []).every(({ user }) => user === last || ((isOp(user, 'routine') || isOp(user, 'call')) && user.id < last.id)),
  };
}

/** An operand as the routine or call can read it: a view of its base, or itself in row-major order. */
function operandView(user: Node, operand: Node, index: number, kept: ReadonlySet<Node>): View {
  const inMemory = (node: Node) => kept.has(node);
  const view = viewOf(operand, inMemory);
  if (view && (isContiguous(view) || acceptsView(user, index, view))) return view;
  return viewOf(operand, (node) => node === sameElements(operand))!;
}

function acceptsView(user: Node, index: number, view: View): boolean {
  if (!isOp(user, 'routine')) return false;
  const contract = routineOf<RoutineName>(user.arg.routine);
  return contract.accepts?.(index, view, user.arg.attributes) ?? false;
}

/** The users of each node, seen through movement ops that are not in memory themselves. */
function collectUses(all: readonly Node[], kept: ReadonlySet<Node>): Map<Node, Use[]> {
  const uses = new Map<Node, Use[]>();
  for (const user of all) {
    if (isMovement(user) && !kept.has(user)) continue;
    for (const operand of new Set(user.src)) {
      let node = operand;
      let plain = !isMovement(user) || isOp(user, 'reshape');
      let repeated = isOp(user, 'expand');
      while (isMovement(node) && !kept.has(node)) {
        plain &&= isOp(node, 'reshape');
        repeated ||= isOp(node, 'expand');
        node = node.src[0]!;
      }
      const list = uses.get(node) ?? [];
      list.push({ user, plain, repeated });
      uses.set(node, list);
    }
  }
  return uses;
}

/** What computing a node once more would cost: costly ops, and how many tensors of its size it loads. */
function weigh(all: readonly Node[], kept: ReadonlySet<Node>): Map<Node, { costly: boolean; loads: number }> {
  const leaves = new Map<Node, ReadonlySet<Node>>();
  const costly = new Map<Node, boolean>();
  for (const node of all) {
    if (kept.has(node) && !isComputed(node)) leaves.set(node, new Set([node]));
    else if (isOp(node, 'reduce')) leaves.set(node, new Set([node]));
    else leaves.set(node, new Set(node.src.flatMap((operand) => (kept.has(operand) ? [operand] : [...(leaves.get(operand) ?? [])]))));
    const ownCost = isOp(node, 'reduce') || (isOp(node, 'elementwise') && elementwiseTable[node.arg.op].costly === true);
    costly.set(node, ownCost || (isInline(node) && node.src.some((operand) => !kept.has(operand) && costly.get(operand) === true)));
  }
  return new Map(
    all.map((node) => {
      const large = [...leaves.get(node)!].filter((leaf) => elementCount(baseOf(leaf).shape) * 8 > elementCount(node.shape));
      return [node, { costly: costly.get(node)!, loads: large.length }];
    }),
  );
}
