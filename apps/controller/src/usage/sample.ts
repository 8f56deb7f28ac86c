import type { ClusterBackend, NodeUsage } from '@massif/cluster';
import type { ReconcileQueue } from '@massif/queue';
import { usageEveryMs, type Store } from '@massif/store';
import { createUsageAverage } from './average.ts';
import { usageOf } from './cluster-usage.ts';

export interface UsageSampling {
  /** Measures once and shows it to whoever looks. Called every second. */
  sample(): Promise<void>;
  /** Writes down what was measured since the last call. Called every `usageEveryMs`. */
  record(): Promise<void>;
  /** Forgets what is too old. */
  retain(): Promise<void>;
}

export const sampleEveryMs = 1000;
export { usageEveryMs };
const keep = { clusterDays: 30, nodeHours: 2 };

/** Measures how much devices are used, beside everything else: whatever fails here is measured again a second later. */
export function createUsageSampling({
  store,
  queue,
  cluster,
}: {
  store: Pick<Store, 'nodes' | 'jobs' | 'usage'>;
  queue: Pick<ReconcileQueue, 'publishUsage'>;
  cluster: Pick<ClusterBackend, 'usage'>;
}): UsageSampling {
  const average = createUsageAverage();
  return {
    sample: async () => {
      const nodes = await cluster.usage();
      average.add(nodes);
      queue.publishUsage({ time: new Date().toISOString(), nodes: nodes.map(rounded) });
    },
    record: async () => {
      const measured = average.take();
      const [nodes, paces, counts] = await Promise.all([store.nodes.list(), store.jobs.pace(), store.jobs.countByState('everyProject')]);
      await store.usage.record({ time: new Date(), ...usageOf({ nodes, measured, paces, queued: counts.queued ?? 0 }) });
    },
    retain: () => store.usage.retain(new Date(), keep),
  };
}

/** As exactly as anybody can see: a frame of a large cluster is sent to every dashboard each second. */
function rounded({ name, busy, memoryBytes }: NodeUsage): NodeUsage {
  return {
    name,
    busy: busy.map((share) => (share === null ? null : Math.round(share * 1000) / 1000)),
    memoryBytes: memoryBytes.map((bytes) => (bytes === null ? null : Math.round(bytes))),
  };
}
