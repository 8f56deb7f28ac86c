import type { NodeUsage } from '@massif/cluster';

export interface UsageAverage {
  add(nodes: readonly NodeUsage[]): void;
  /** Averages of what was added since the last call, by name of the node; null where nothing was known. */
  take(): Map<string, Omit<NodeUsage, 'name'>>;
}

interface Sums {
  totals: number[];
  counts: number[];
}

/** Averages of many samples, without keeping them. */
export function createUsageAverage(): UsageAverage {
  let sums = new Map<string, Record<'busy' | 'memoryBytes', Sums>>();
  return {
    add: (nodes) => {
      for (const node of nodes) {
        const { busy, memoryBytes } = sums.get(node.name) ?? { busy: empty(), memoryBytes: empty() };
        addTo(busy, node.busy);
        addTo(memoryBytes, node.memoryBytes);
        sums.set(node.name, { busy, memoryBytes });
      }
    },
    take: () => {
      const averages = new Map(
        [...sums].map(([name, { busy, memoryBytes }]) => [name, { busy: mean(busy), memoryBytes: mean(memoryBytes) }]),
      );
      sums = new Map();
      return averages;
    },
  };
}

const empty = (): Sums => ({ totals: [], counts: [] });

function addTo({ totals, counts }: Sums, values: readonly (number | null)[]): void {
  for (const [index, value] of values.entries()) {
    totals[index] = (totals[index] ?? 0) + (value ?? 0);
    counts[index] = (counts[index] ?? 0) + (value === null ? 0 : 1);
  }
}

function mean({ totals, counts }: Sums): (number | null)[] {
  return totals.map((total, index) => (counts[index] === 0 ? null : total / counts[index]!));
}
