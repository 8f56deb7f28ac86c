import type { PendingJob, SchedulerDevice, SchedulerNode } from './snapshot.ts';

/** What a job asks for. Jobs of the same shape fit, or wait, for the same reasons. */
export type Shape = Pick<PendingJob, 'devices' | 'deviceType' | 'memoryPerDeviceBytes'>;

/** What tells devices apart for a job. */
export type DeviceKind = Pick<SchedulerDevice, 'type' | 'memoryBytes'>;

export function shapeKey({ devices, deviceType, memoryPerDeviceBytes }: Shape): string {
  return `${devices} ${deviceType} ${memoryPerDeviceBytes ?? 0}`;
}

/**
 * The devices of a node that a job of this shape could use, whatever their health and whoever holds them, in the order of
 * the node, by type: a gang never mixes types.
 */
export function suitableByType(shape: Shape, node: SchedulerNode): SchedulerDevice[][] {
  const suitable = node.devices
    .filter((device) => isSuitable(shape, device))
    .toSorted((a, b) => a.index - b.index || compareText(a.id, b.id));
  return [...Map.groupBy(suitable, (device) => device.type).values()];
}

/** Whether a job of this shape could use a device of this kind. */
export function isSuitable({ deviceType, memoryPerDeviceBytes = 0 }: Shape, device: DeviceKind): boolean {
  return (deviceType === 'any' || device.type === deviceType) && device.memoryBytes >= memoryPerDeviceBytes;
}

/** The kinds of devices that there are: far fewer than devices. */
export function kindsOf(nodes: readonly SchedulerNode[]): DeviceKind[] {
  const kinds = new Map<string, DeviceKind>();
  for (const { devices } of nodes) for (const { type, memoryBytes } of devices) kinds.set(`${type} ${memoryBytes}`, { type, memoryBytes });
  return [...kinds.values()];
}

/** Whether new work may be put on this device of this node. */
export function isUsable(node: SchedulerNode, device: SchedulerDevice): boolean {
  return node.state === 'ready' && device.healthy;
}

/** Order of code units: the same everywhere, unlike that of a locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
