import type { Node } from '../graph/node.ts';

export interface CutOptions {
  /** Values that the backward pass needs. */
  needed: readonly Node[];
  /** What it would cost to save a value. */
  cost(node: Node): number;
  /** From what a value can be computed again in the backward pass; null: it cannot, it must be saved if it is needed. */
  recompute(node: Node): readonly Node[] | null;
}

/**
 * The cheapest set of values from which all needed ones can be computed: a minimum vertex cut between what cannot be computed again and
 * what is needed (as in PyTorch's min-cut partitioner, functorch 2022). Of equally cheap sets, the one that leaves least to compute.
 * Augmenting paths (Edmonds & Karp 1972) on the graph in which each value is an edge from its entry to its exit.
 */
export function minimumCut({ needed, cost, recompute }: CutOptions): Set<Node> {
  const nodes: Node[] = [];
  const numbers = new Map<Node, number>();
  const numberOf = (node: Node): number => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    numbers.set(node, nodes.length);
    return nodes.push(node) - 1;
  };
  const [start, end] = [0, 1];
  const entry = (number: number) => 2 + 2 * number;
  const exit = (number: number) => 3 + 2 * number;
  const edges: { to: number; free: number }[] = [];
  const outgoing: number[][] = [];
  const connect = (from: number, to: number, free: number): void => {
    (outgoing[from] ??= []).push(edges.push({ to, free }) - 1);
    (outgoing[to] ??= []).push(edges.push({ to: from, free: 0 }) - 1);
  };
  for (const node of needed) connect(exit(numberOf(node)), end, Infinity);
  for (let number = 0; number < nodes.length; number++) {
    const node = nodes[number]!;
    connect(entry(number), exit(number), cost(node));
    const sources = recompute(node);
    if (!sources) connect(start, entry(number), Infinity);
    else for (const source of sources) connect(exit(numberOf(source)), entry(number), Infinity);
  }

  /** Edges by which each vertex was reached, walking free edges forwards from the start or backwards from the end. */
  const reach = (from: number, isFree: (edge: number) => boolean): Map<number, number> => {
    const by = new Map([[from, -1]]);
    for (const vertex of by.keys())
      for (const edge of outgoing[vertex] ?? []) if (isFree(edge) && !by.has(edges[edge]!.to)) by.set(edges[edge]!.to, edge);
    return by;
  };
  for (;;) {
    const by = reach(start, (edge) => edges[edge]!.free > 0);
    if (!by.has(end)) break;
    const path: number[] = [];
    for (let vertex = end; vertex !== start; vertex = edges[path.at(-1)! ^ 1]!.to) path.push(by.get(vertex)!);
    const flow = Math.min(...path.map((edge) => edges[edge]!.free));
    for (const edge of path) {
      edges[edge]!.free -= flow;
      edges[edge ^ 1]!.free += flow;
    }
  }
  const reachesEnd = reach(end, (edge) => edges[edge ^ 1]!.free > 0);
  return new Set(nodes.filter((_, number) => reachesEnd.has(exit(number)) && !reachesEnd.has(entry(number))));
}
