import type { HeatNode } from '@massif/contracts';

/** Where everything lies, in CSS pixels. */
export type HeatLayout = {
  /** Side of a cell, and the room between two. */
  cell: number;
  gap: number;
  /** Between two nodes there is this much more. */
  nodeGap: number;
  width: number;
  height: number;
  /** Of each device: its left upper corner. */
  x: Float32Array;
  y: Float32Array;
  racks: readonly { name: string; x: number; y: number; width: number }[];
  nodes: readonly { x: number; y: number; width: number; height: number; first: number; devices: number }[];
  /** Room left of a node for its name; 0 where cells are too small for one. */
  labelWidth: number;
};

/** From large to small: the largest that fits is taken, the last where none does, and the page scrolls. */
const sides = [28, 24, 20, 16, 14, 12, 10, 8, 7, 6];
/** Devices in a row; nodes with more take several rows. */
const columnsMost = 8;
const nodesInColumn = 8;
const rackHeader = 18;
/** Left of each node, for the bar that says it is cordoned or unhealthy. */
const barRoom = 5;

export function layoutHeat(nodes: readonly HeatNode[], { width, heightMax }: { width: number; heightMax: number }): HeatLayout {
  const blocks = blocksOf(nodes);
  for (const side of sides) {
    const layout = place(nodes, blocks, side, width);
    if ((layout.height <= heightMax && layout.width <= width) || side === sides.at(-1)) return layout;
  }
  throw new Error('unreachable: the last side is always taken');
}

type Block = { rack: string | null; nodes: number[] };

/** A rack each; nodes without one stand in columns, in the order they have. */
function blocksOf(nodes: readonly HeatNode[]): Block[] {
  const racks = new Map<string, Block>();
  const blocks: Block[] = [];
  for (const [index, { rack }] of nodes.entries()) {
    let block = rack === null ? blocks.at(-1) : racks.get(rack);
    if (!block || (rack === null && (block.rack !== null || block.nodes.length === nodesInColumn))) {
      block = { rack, nodes: [] };
      blocks.push(block);
      if (rack !== null) racks.set(rack, block);
    }
    block.nodes.push(index);
  }
  return blocks;
}

/** By the longest name: about 7 px a letter. */
function labelRoom(nodes: readonly HeatNode[]): number {
  const longest = nodes.reduce((most, { name }) => Math.max(most, name.length), 0);
  return Math.min(136, longest * 7 + 12);
}

function place(nodes: readonly HeatNode[], blocks: readonly Block[], cell: number, width: number): HeatLayout {
  const gap = cell >= 16 ? 3 : cell >= 10 ? 2 : 1;
  const pitch = cell + gap;
  const labelWidth = cell >= 16 ? labelRoom(nodes) : 0;
  const between = cell >= 12 ? 20 : 10;
  const nodeGap = cell >= 10 ? 2 : 1;
  const firsts: number[] = [];
  let size = 0;
  for (const { devices } of nodes) {
    firsts.push(size);
    size += devices;
  }
  const x = new Float32Array(size);
  const y = new Float32Array(size);
  const racks: HeatLayout['racks'][number][] = [];
  const boxes = Array<HeatLayout['nodes'][number]>(nodes.length);
  let left = 0;
  let top = 0;
  let lineHeight = 0;
  let right = 0;
  for (const block of blocks) {
    const columns = Math.max(1, ...block.nodes.map((index) => Math.min(columnsMost, nodes[index]!.devices)));
    const header = block.rack === null ? 0 : rackHeader;
    const blockWidth = labelWidth + barRoom + columns * pitch - gap;
    if (left > 0 && left + blockWidth > width) {
      top += lineHeight + between;
      left = 0;
      lineHeight = 0;
    }
    if (block.rack !== null) racks.push({ name: block.rack, x: left, y: top, width: blockWidth });
    let down = top + header;
    for (const index of block.nodes) {
      const { devices } = nodes[index]!;
      const rows = Math.max(1, Math.ceil(devices / columnsMost));
      const box = {
        x: left + labelWidth + barRoom,
        y: down,
        width: columns * pitch - gap,
        height: rows * pitch - gap,
        first: firsts[index]!,
        devices,
      };
      for (let device = 0; device < devices; device += 1) {
        x[box.first + device] = box.x + (device % columnsMost) * pitch;
        y[box.first + device] = box.y + Math.floor(device / columnsMost) * pitch;
      }
      boxes[index] = box;
      down += rows * pitch + nodeGap;
    }
    lineHeight = Math.max(lineHeight, down - top);
    right = Math.max(right, left + blockWidth);
    left += blockWidth + between;
  }
  return { cell, gap, nodeGap, width: right, height: top + lineHeight, x, y, racks, nodes: boxes, labelWidth };
}

/** The device at a point, or -1. The room right of a cell and below it counts as the cell, so that a pointer never falls between two. */
export function deviceAt({ nodes, cell, gap, nodeGap }: HeatLayout, px: number, py: number): number {
  const pitch = cell + gap;
  for (const box of nodes) {
    if (px < box.x || px >= box.x + box.width + gap || py < box.y || py >= box.y + box.height + gap + nodeGap) continue;
    const rows = Math.ceil(box.devices / columnsMost);
    const row = Math.min(rows - 1, Math.floor((py - box.y) / pitch));
    const device = row * columnsMost + Math.floor((px - box.x) / pitch);
    if (device < box.devices) return box.first + device;
  }
  return -1;
}

export type HeatDirection = 'left' | 'right' | 'up' | 'down';

/** The nearest device in a direction; the same where there is none. */
export function neighbour({ x, y, cell }: Pick<HeatLayout, 'x' | 'y' | 'cell'>, from: number, direction: HeatDirection): number {
  const across = direction === 'left' || direction === 'right';
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  let best = from;
  let bestCost = Infinity;
  for (let index = 0; index < x.length; index += 1) {
    const dx = x[index]! - x[from]!;
    const dy = y[index]! - y[from]!;
    const along = (across ? dx : dy) * sign;
    const aside = Math.abs(across ? dy : dx);
    if (along < cell / 2) continue;
    // Sideways one stays in the row; up and down the nearest row comes first, then the nearest place in it.
    if (across && aside >= cell / 2) continue;
    const cost = along * 4096 + aside;
    if (cost < bestCost) {
      bestCost = cost;
      best = index;
    }
  }
  return best;
}
