import type { PendingJob, SchedulerDevice, SchedulerNode } from './snapshot.ts';

/** What a job asks for. Jobs of the same shape fit, or wait, for the same reasons. */
export type Shape = Pick<PendingJob, 'devices' | 'deviceType' | 'memoryPerDeviceBytes'>;

export function shapeKey({ devices, deviceType, memoryPerDeviceBytes }: Shape): string {
  return `${devices} ${deviceType} ${memoryPerDeviceBytes ?? 0}`;
}

/**
 * The devices of a node that a job of this shape could use, whatever their health and whoever holds them, in the order of
 * the node, by type: a gang never mixes types.
 */
export function suitableByType(shape: Shape, node: SchedulerNode): SchedulerDevice[][] {
  const suitable = node.devices
    .filter(
      (device) =>
        (shape.deviceType === 'any' || device.type === shape.deviceType) && device.memoryBytes >= (shape.memoryPerDeviceBytes ?? 0),
    )
    .toSorted((a, b) => a.index - b.index || compareText(a.id, b.id));
  return [...Map.groupBy(suitable, (device) => device.type).values()];
}

/** Whether new work may be put on this device of this node. */
export function isUsable(node: SchedulerNode, device: SchedulerDevice): boolean {
  return node.state === 'ready' && device.healthy;
}

/** Order of code units: the same everywhere, unlike that of a locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
