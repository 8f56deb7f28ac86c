import type { PlanClusterResource, TrainSpec } from '@massif/contracts';

/** What a job may use of each device. */
export interface Offer {
  /** What it allows itself, or the smallest of the devices of its type has; null where nobody knows. */
  capacityBytes: number | null;
  /** Whether the threads of the hosts are all that computes. */
  onHost: boolean;
}

export function offerOf({ resources }: Pick<TrainSpec, 'resources'>, cluster: PlanClusterResource | undefined): Offer {
  const { deviceType, memoryPerDevice = Infinity } = resources;
  const devices = cluster?.nodes.flatMap((node) => node.devices.filter(({ type }) => deviceType === 'any' || deviceType === type)) ?? [];
  const bytes = Math.min(memoryPerDevice, ...devices.map(({ memoryBytes }) => memoryBytes));
  return { capacityBytes: Number.isFinite(bytes) ? bytes : null, onHost: devices.every(({ type }) => type === 'cpu') };
}
