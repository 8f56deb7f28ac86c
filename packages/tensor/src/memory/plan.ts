/** A block of the arena and the steps, first to last, during which it holds something. */
export interface Lifetime {
  bytes: number;
  first: number;
  last: number;
}

/** Every block starts on a cache line. */
const alignment = 64;

/**
 * Offsets such that blocks that live at the same time do not overlap: largest first, each at the lowest place that is free for its whole life
 * (greedy by size; Pisarchyk & Lee, "Efficient memory management for deep neural net inference", 2020).
 */
export function planMemory(blocks: readonly Lifetime[]): { offsets: number[]; arenaBytes: number } {
  const offsets = blocks.map(() => 0);
  const placed: number[] = [];
  let arenaBytes = 0;
  const bySize = [...blocks.keys()].sort((a, b) => blocks[b]!.bytes - blocks[a]!.bytes || blocks[a]!.first - blocks[b]!.first || a - b);
  for (const index of bySize) {
    const { bytes, first, last } = blocks[index]!;
    if (bytes === 0) continue;
    let offset = 0;
    const alive = placed
      .filter((other) => blocks[other]!.first <= last && first <= blocks[other]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!);
    for (const other of alive) {
      if (offset + bytes <= offsets[other]!) break;
      offset = Math.max(offset, aligned(offsets[other]! + blocks[other]!.bytes));
    }
    offsets[index] = offset;
    placed.push(index);
    arenaBytes = Math.max(arenaBytes, aligned(offset + bytes));
  }
  return { offsets, arenaBytes };
}

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
