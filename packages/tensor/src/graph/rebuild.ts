import type { Graph, Node } from './node.ts';

export interface RebuildOptions {
  graph: Graph;
  /** What stands for a node there; asked before its sources are copied. undefined: copy it. */
  replace?(node: Node): Node | undefined;
  /** Makes the copy from copied sources, when it is not the same op. */
  copy?(node: Node, src: readonly Node[]): Node | undefined;
  /** What is copied already; added to. */
  done?: Map<Node, Node>;
}

/** Copies nodes and everything below them into a graph. Returns the copies of the roots. */
export function rebuild(roots: readonly Node[], { graph, replace, copy, done = new Map<Node, Node>() }: RebuildOptions): Node[] {
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (!done.has(node)) {
      const replacement = replace?.(node);
      const missing = replacement ? [] : node.src.filter((source) => !done.has(source));
      if (missing.length > 0) {
        stack.push(...missing.toReversed());
        continue;
      }
      done.set(node, replacement ?? copied(node));
    }
    stack.pop();
  }
  return roots.map((root) => done.get(root)!);

  function copied(node: Node): Node {
    const { op, dtype, shape, arg } = node;
    const src = node.src.map((source) => done.get(source)!);
    return copy?.(node, src) ?? graph.node({ op, dtype, shape, src, arg });
  }
}
