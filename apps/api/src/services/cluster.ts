import { accelerators } from '@massif/catalog';
import { AppError } from '@massif/contracts';
import { acceleratorProfile, deviceProfileSchema, type DeviceProfile, type PlanCluster } from '@massif/planner';
import type { ClusterDevice, ClusterNode, NodeStore } from '@massif/store';

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

/** A node of each shape, how many there are of it, and the devices that plans may count on. */
interface PlanShapes {
  nodes: (PlanNode & { count: number })[];
}

type PlanNode = PlanCluster['nodes'][number];

/** Many submits share one reading of the nodes, and what is made of it. */
const shapesOfReading = new WeakMap<readonly ClusterNode[], PlanShapes>();

/**
 * The devices that plans may count on, one node of each shape: those of a large cluster are alike, and a plan depends on nothing
 * else of them. Devices that are gone are unhealthy.
 */
export function planShapes(nodes: readonly ClusterNode[]): PlanShapes {
  const known = shapesOfReading.get(nodes);
  if (known) return known;
  const shapes = new Map<string, PlanShapes['nodes'][number]>();
  for (const { id, cores, devices, profiles } of nodes) {
    const usable = devices.filter(({ healthy }) => healthy);
    const key = JSON.stringify([cores, usable.map(({ type, memoryBytes }) => [type, memoryBytes]), profiles]);
    const shape = shapes.get(key);
    if (shape) shape.count++;
    else shapes.set(key, { id, cores, count: 1, devices: usable.map((device) => planDevice(device, profiles)) });
  }
  const result = { nodes: [...shapes.values()] };
  shapesOfReading.set(nodes, result);
  return result;
}

function planDevice({ id, type, memoryBytes }: ClusterDevice, profiles: ClusterNode['profiles']): PlanNode['devices'][number] {
  const profile = profileOf(type, profiles[type]);
  return { id, type, memoryBytes, ...(profile ? { profile } : {}) };
}

/** Made once for each type of the catalogue. */
const dataSheets = new Map(
  accelerators.flatMap((figures) => [figures.name, ...figures.aliases].map((name) => [name, acceleratorProfile(figures)] as const)),
);

/** What was measured, else what a data sheet promises. A measurement of another version is as good as none. */
function profileOf(type: string, measured: unknown): DeviceProfile | undefined {
  return deviceProfileSchema.safeParse(measured).data ?? dataSheets.get(type);
}
