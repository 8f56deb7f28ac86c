import { TensorError } from '../errors.ts';
import { isOp, topological, type Node } from '../graph/node.ts';
import type { Nest } from './nest.ts';
import { Obstacle } from './point.ts';

/**
 * Refuses a nest that touches more buffers than a kernel may.
 * @throws Obstacle naming the largest part of the expression that fits into a kernel of its own
 */
export function fitBuffers(nest: Nest, options: { root: Node; buffersPerKernel: number; inMemory(node: Node): boolean }): Nest {
  const { root, buffersPerKernel, inMemory } = options;
  if (nest.buffers.length <= buffersPerKernel) return nest;
  const reads = new Map<Node, ReadonlySet<Node>>();
  let best: Node | undefined;
  for (const node of topological([root])) {
    const below = node.src.flatMap((source) => (inMemory(source) ? [source] : [...(reads.get(source) ?? [])]));
    const own = new Set(below);
    reads.set(node, own);
    const isPart = node !== root && !inMemory(node) && (isOp(node, 'elementwise') || isOp(node, 'reduce'));
    if (isPart && own.size > 1 && own.size < buffersPerKernel && own.size > (best ? reads.get(best)!.size : 0)) best = node;
  }
  if (!best)
    throw new TensorError('not_supported', `${root.op} needs more than ${buffersPerKernel} buffers in one kernel`, { buffersPerKernel });
  throw new Obstacle({ realise: best });
}
