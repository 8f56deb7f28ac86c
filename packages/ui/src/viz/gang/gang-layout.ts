/** A rank of a gang: where it runs, and its place in the parallel layout. */
export type GangRank = {
  rank: number;
  node: string;
  /** Of the node. */
  device: number;
  dp: number;
  tp: number;
  pp: number;
  cp: number;
  /** Running where nothing is said. */
  state?: 'starting' | 'running' | 'lost' | 'failed' | 'ended';
};

/** Where everything lies, in CSS pixels. Ranks are in the order given. */
export type GangLayout = {
  cell: number;
  gap: number;
  width: number;
  height: number;
  x: Float32Array;
  y: Float32Array;
  nodes: readonly { name: string; x: number; y: number; width: number; height: number }[];
  /** Between neighbours that hold the same part of the batch and the model: they exchange activations in each layer. */
  links: readonly { from: number; x: number; y: number; width: number; height: number }[];
  /** Whether nodes have their names, and cells their ranks. */
  named: boolean;
  numbered: boolean;
};

const sides = [40, 32, 26, 20, 14, 10, 8, 6];
const columnsMost = 8;

/** The largest cells that fit; the smallest where none do. */
export function layoutGang(ranks: readonly GangRank[], { width, heightMax }: { width: number; heightMax: number }): GangLayout {
  const nodes = byNode(ranks);
  for (const side of sides) {
    const layout = place(ranks, nodes, side, width);
    if ((layout.height <= heightMax && layout.width <= width) || side === sides.at(-1)) return layout;
  }
  throw new Error('unreachable: the last side is always taken');
}

/** Places of the ranks on each node, in the order of its devices. */
function byNode(ranks: readonly GangRank[]): Map<string, number[]> {
  const nodes = new Map<string, number[]>();
  for (const [index, { node }] of ranks.entries()) {
    const members = nodes.get(node);
    if (members) members.push(index);
    else nodes.set(node, [index]);
  }
  for (const members of nodes.values()) members.sort((a, b) => ranks[a]!.device - ranks[b]!.device);
  return nodes;
}

function place(ranks: readonly GangRank[], nodes: ReadonlyMap<string, readonly number[]>, cell: number, width: number): GangLayout {
  const gap = cell >= 20 ? 4 : cell >= 10 ? 2 : 1;
  const pitch = cell + gap;
  const padding = cell >= 14 ? 6 : 3;
  const named = cell >= 14;
  const header = named ? 18 : 0;
  const between = cell >= 14 ? 8 : 4;
  const x = new Float32Array(ranks.length);
  const y = new Float32Array(ranks.length);
  const boxes: GangLayout['nodes'][number][] = [];
  const links: GangLayout['links'][number][] = [];
  let left = 0;
  let top = 0;
  let lineHeight = 0;
  let right = 0;
  for (const [name, members] of nodes) {
    const columns = Math.min(columnsMost, members.length);
    const rows = Math.ceil(members.length / columnsMost);
    // A name of some letters fits above a single cell too.
    const boxWidth = Math.max(columns * pitch - gap, named ? 56 : 0) + padding * 2;
    const boxHeight = rows * pitch - gap + padding * 2;
    if (left > 0 && left + boxWidth > width) {
      top += lineHeight + between;
      left = 0;
      lineHeight = 0;
    }
    boxes.push({ name, x: left, y: top + header, width: boxWidth, height: boxHeight });
    for (const [place_, index] of members.entries()) {
      x[index] = left + padding + (place_ % columnsMost) * pitch;
      y[index] = top + header + padding + Math.floor(place_ / columnsMost) * pitch;
      const previous = members[place_ - 1];
      if (previous !== undefined && place_ % columnsMost > 0 && sameGroup(ranks[previous]!, ranks[index]!)) {
        links.push({ from: previous, x: x[index] - gap - 1, y: y[index] + cell / 4, width: gap + 2, height: cell / 2 });
      }
    }
    lineHeight = Math.max(lineHeight, boxHeight + header);
    right = Math.max(right, left + boxWidth);
    left += boxWidth + between;
  }
  return { cell, gap, width: right, height: top + lineHeight, x, y, nodes: boxes, links, named, numbered: cell >= 26 };
}

/** Ranks of one tensor-parallel group. */
function sameGroup(a: GangRank, b: GangRank): boolean {
  return a.dp === b.dp && a.pp === b.pp && a.cp === b.cp && a.tp !== b.tp;
}

/** More ranks than can be told apart are drawn a node a cell: its ranks as one that stands for them. */
export function nodeSummaries(ranks: readonly GangRank[]): { rank: GangRank; members: readonly GangRank[] }[] {
  return [...byNode(ranks)].map(([, indices]) => {
    const members = indices.map((index) => ranks[index]!);
    const worst = members.find(({ state }) => state === 'failed') ?? members.find(({ state }) => state === 'lost');
    return { rank: worst ?? members[0]!, members };
  });
}

/** The rank under a point, or -1. */
export function rankAt({ x, y, cell }: GangLayout, px: number, py: number): number {
  for (let index = 0; index < x.length; index += 1) {
    if (px >= x[index]! && px < x[index]! + cell && py >= y[index]! && py < y[index]! + cell) return index;
  }
  return -1;
}
