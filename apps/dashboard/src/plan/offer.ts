import type { PlanClusterResource, TrainSpec } from '@massif/contracts';

/** Bytes that a job may use of each device: what it allows itself, or the smallest of the devices of its type has. */
export function capacityOf({ resources }: Pick<TrainSpec, 'resources'>, { nodes }: PlanClusterResource): number | null {
  const sizes = nodes.flatMap(({ devices }) =>
    devices.filter(({ type }) => resources.deviceType === 'any' || resources.deviceType === type).map(({ memoryBytes }) => memoryBytes),
  );
  const bytes = Math.min(resources.memoryPerDevice ?? Infinity, ...sizes);
  return Number.isFinite(bytes) ? bytes : null;
}
