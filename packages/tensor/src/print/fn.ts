import { formatShape } from '../errors.ts';
import type { TensorType } from '../graph/dtype.ts';
import type { Fn } from '../graph/fn.ts';
import { isOp, topological, type Node } from '../graph/node.ts';

export const printType = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`;

/**
 *     fn scale(x: fp32[2,3], s: fp32[])
 *       %2 = expand(s): fp32[2,3]
 *       %3 = mul(x, %2): fp32[2,3]
 *       return y = %3 in x
 *
 * A Fn that is called is printed after its caller, once.
 */
export function printFn(root: Fn): string {
  const fns = [root];
  const texts: string[] = [];
  for (const fn of fns) {
    const nodes = topological(fn.outputs.map(({ node }) => node));
    for (const node of nodes) if (isOp(node, 'call') && !fns.includes(node.arg.fn)) fns.push(node.arg.fn);
    const ports = fn.inputs.map(({ name, node }) => `${name}: ${printType(node)}`);
    const lines = nodes.flatMap((node) => (isOp(node, 'input') ? [] : [`  ${nameOf(node)} = ${expression(node)}: ${printType(node)}`]));
    const results = fn.outputs.map(
      ({ name, node, donates }) => `${name} = ${nameOf(node)}${donates === undefined ? '' : ` in ${donates}`}`,
    );
    texts.push([`fn ${fn.name}(${ports.join(', ')})`, ...lines, `  return ${results.join(', ')}`].join('\n'));
  }
  return texts.join('\n\n');
}

const nameOf = (node: Node): string => (isOp(node, 'input') ? node.arg.name : `%${node.id}`);

function expression(node: Node): string {
  const operands = node.src.map(nameOf).join(', ');
  if (isOp(node, 'constant')) return String(node.arg.value);
  if (isOp(node, 'output')) return `${operands}.${node.arg.index}`;
  if (isOp(node, 'call')) return `call ${node.arg.fn.name}(${operands})`;
  if (isOp(node, 'elementwise')) return `${node.arg.op}(${operands})`;
  if (isOp(node, 'reduce')) return `${node.arg.op}(${operands}) over ${node.arg.axes.join(',')}`;
  if (isOp(node, 'routine')) return `${node.arg.routine}(${operands})${settings({ ...node.arg.attributes })}`;
  return `${node.op}(${operands})${settings({ ...node.arg })}`;
}

/** ` {axis=0 start=1}`; false settings are left out. */
function settings(values: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(values).flatMap(([name, value]) => {
    if (value === false) return [];
    if (value === true) return [name];
    return [`${name}=${Array.isArray(value) ? value.join(',') : String(value)}`];
  });
  return words.length === 0 ? '' : ` {${words.join(' ')}}`;
}
