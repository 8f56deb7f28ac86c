import { AppError, type PlanClusterResource } from '@massif/contracts';
import { deviceProfileSchema, type PlanCluster } from '@massif/planner';
import type { ClusterNode, NodeStore } from '@massif/store';

/** Nodes change when a controller looks at them, every few seconds: many submits at once share one reading. */
const freshForMs = 1000;

export interface ClusterView {
  list(): Promise<ClusterNode[]>;
  /** @throws AppError `service_unavailable` while no node has registered: the controller does so when it starts */
  nodes(): Promise<ClusterNode[]>;
}

export function createClusterView(store: Pick<NodeStore, 'list'>): ClusterView {
  let reading: { nodes: Promise<ClusterNode[]>; atMs: number } | undefined;
  const list = async () => {
    if (!reading || performance.now() - reading.atMs > freshForMs) reading = { nodes: store.list(), atMs: performance.now() };
    const current = reading;
    try {
      const nodes = await current.nodes;
      // The first one is waited for.
      if (nodes.length === 0 && reading === current) reading = undefined;
      return nodes;
    } catch (error) {
      if (reading === current) reading = undefined;
      throw error;
    }
  };
  return {
    list,
    async nodes() {
      const nodes = await list();
      if (nodes.length === 0)
        throw new AppError('service_unavailable', 'No node has registered yet; the controller does so when it starts');
      return nodes;
    },
  };
}

/** The devices that plans may count on, with their measured profiles. Devices that are gone are unhealthy. */
export function planCluster(nodes: readonly ClusterNode[]): PlanCluster {
  return {
    nodes: nodes.map(({ id, cores, devices, profiles }) => ({
      id,
      cores,
      devices: devices
        .filter(({ healthy }) => healthy)
        .map(({ id: deviceId, type, memoryBytes }) => {
          // A profile of another version is as good as none.
          const profile = deviceProfileSchema.safeParse(profiles[type]);
          return { id: deviceId, type, memoryBytes, ...(profile.success ? { profile: profile.data } : {}) };
        }),
    })),
  };
}

/** The same for whoever plans elsewhere: one node of each shape, and how many there are. */
export function planShapes(nodes: readonly ClusterNode[]): PlanClusterResource {
  const shapes = new Map<string, PlanClusterResource['nodes'][number]>();
  for (const node of planCluster(nodes).nodes) {
    const { cores, devices } = node;
    const key = JSON.stringify([cores, devices.map(({ id: _, ...device }) => device)]);
    const known = shapes.get(key);
    if (known) known.count++;
    else
      shapes.set(key, {
        ...node,
        devices: devices.map((device) => ({ ...device, profile: device.profile && { ...device.profile } })),
        count: 1,
      });
  }
  return { nodes: [...shapes.values()] };
}
