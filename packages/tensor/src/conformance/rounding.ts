import { elementwiseTable } from '../graph/elementwise-table.ts';
import { evaluateNode } from '../graph/evaluate.ts';
import type { Fn } from '../graph/fn.ts';
import { isOp, topological, type Node } from '../graph/node.ts';
import type { Values } from './run.ts';

/** Half the distance from 1 to the next fp32, and half the smallest fp32. */
const unit = 2 ** -24;
const tiny = 2 ** -150;
/** Units by which an op may be off: those that every processor rounds correctly, and the others. */
const units = { exact: 1, costly: 4 };

interface Estimate {
  value: Float64Array;
  error: Float64Array;
}

/**
 * The value of every element of a Fn's outputs in f64, and how far a device that computes in fp32 may be from it: the rounding of each op, carried
 * through all that follow it (Higham, "Accuracy and stability of numerical algorithms", 2002, chapter 3; sums in any order). An element that hangs
 * on a comparison which rounding may turn gets the distance between both. Fns of element-wise ops, movement and reductions.
 */
export function evaluateWithErrors(fn: Fn, inputs: Values): Record<string, Estimate> {
  const estimates = new Map<Node, Estimate>();
  for (const node of topological(fn.outputs.map((output) => output.node))) {
    const operands = node.src.map((source) => estimates.get(source)!);
    const value = evaluateNode(
      node,
      operands.map((operand) => operand.value),
      inputs,
    )[0]!;
    estimates.set(node, { value, error: errorOf(node, operands, value) });
  }
  return Object.fromEntries(fn.outputs.map(({ name, node }) => [name, estimates.get(node)!]));
}

function errorOf(node: Node, operands: readonly Estimate[], value: Float64Array): Float64Array {
  const apply = (lists: readonly Float64Array[]) => evaluateNode(node, lists, {})[0]!;
  const errors = operands.map(({ error }) => error);
  if (isOp(node, 'input') || isOp(node, 'iota')) return new Float64Array(value.length);
  if (isOp(node, 'constant')) return value.map((x) => (node.dtype === 'fp32' ? Math.abs(Math.fround(x) - x) : 0));
  if (isOp(node, 'routine') || isOp(node, 'call')) throw new Error(`${node.op} is not known here`);
  if (isOp(node, 'reduce')) {
    const carried = apply(errors);
    if (node.arg.op === 'max' || node.dtype !== 'fp32') return carried;
    const terms = node.src[0]!.shape.reduce((product, size) => product * size, 1) / value.length;
    const magnitudes = apply([operands[0]!.value.map(Math.abs)]);
    return carried.map((error, i) => error + terms * unit * magnitudes[i]!);
  }
  if (!isOp(node, 'elementwise')) return apply(errors);
  const { evaluate, costly } = elementwiseTable[node.arg.op];
  const rounding = node.dtype === 'fp32' ? unit * (costly ? units.costly : units.exact) : 0;
  return value.map((result, i) => {
    const given = [0, 1, 2].map((k) => operands[k]?.value[i] ?? 0);
    let carried = 0;
    for (let corner = 0; corner < 2 ** operands.length; corner++) {
      const [a, b, c] = given.map((x, k) => x + (corner & (1 << k) ? 1 : -1) * (operands[k]?.error[i] ?? 0)) as [number, number, number];
      carried = Math.max(carried, Math.abs(evaluate(a, b, c) - result));
    }
    return carried + rounding * (Math.abs(result) + carried) + (rounding > 0 ? tiny : 0);
  });
}
