import type { Layout } from '@massif/contracts';

/** Where a rank runs: a node, and the index of a device of it. */
export interface RankPlace {
  node: string;
  device: number;
}

/** The place of a rank in the parallel layout. */
interface Coordinates {
  tp: number;
  cp: number;
  dp: number;
  pp: number;
}

/** Ranks count tensor-parallel neighbours first, which exchange the most, then context, data and pipeline. */
export function coordinatesOf(rank: number, { tp, cp, dp }: Pick<Layout, 'tp' | 'cp' | 'dp'>): Coordinates {
  return {
    tp: rank % tp,
    cp: Math.floor(rank / tp) % cp,
    dp: Math.floor(rank / (tp * cp)) % dp,
    pp: Math.floor(rank / (tp * cp * dp)),
  };
}

/** Places for so many ranks on nodes of one kind, one node after the other. @param nodeName of the node with this number, from 0 */
export function placesOn(count: number, devicesPerNode: number, nodeName: (index: number) => string): RankPlace[] {
  const size = Math.max(1, devicesPerNode);
  return Array.from({ length: count }, (_, rank) => ({ node: nodeName(Math.floor(rank / size)), device: rank % size }));
}
