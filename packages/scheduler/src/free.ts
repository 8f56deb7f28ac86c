import { compareText, isUsable, type Shape } from './devices.ts';
import type { Admission, SchedulerDevice, SchedulerNode } from './snapshot.ts';

/** The devices of a round that nobody holds: what is taken, and nodes that have none left, are not gone over again for the next job. */
export interface FreeDevices {
  /** As many devices as a job of this shape needs, of the first node that has them; undefined when none has. */
  take(shape: Shape): Admission['ranks'] | undefined;
}

interface OpenNode {
  id: string;
  /** Free ones, in the order of the node, by type: a gang never mixes types. */
  byType: SchedulerDevice[][];
}

/** @param nodes in the order in which they are to be filled */
export function freeDevices(nodes: readonly SchedulerNode[]): FreeDevices {
  let open = nodes.flatMap((node): OpenNode[] => {
    const free = node.devices
      .filter((device) => device.heldBy === undefined && isUsable(node, device))
      .toSorted((a, b) => a.index - b.index || compareText(a.id, b.id));
    return free.length === 0 ? [] : [{ id: node.id, byType: [...Map.groupBy(free, ({ type }) => type).values()] }];
  });
  return {
    take: ({ devices: needed, deviceType, memoryPerDeviceBytes = 0 }) => {
      for (const { id, byType } of open) {
        for (const [place, devices] of byType.entries()) {
          if (devices.length < needed || (deviceType !== 'any' && devices[0]!.type !== deviceType)) continue;
          const taken = devices.filter(({ memoryBytes }) => memoryBytes >= memoryPerDeviceBytes).slice(0, needed);
          if (taken.length < needed) continue;
          byType[place] = devices.filter((device) => !taken.includes(device));
          if (byType[place].length === 0) byType.splice(place, 1);
          if (byType.length === 0) open = open.filter((node) => node.id !== id);
          return taken.map((device, rank) => ({ rank, nodeId: id, deviceId: device.id }));
        }
      }
      return undefined;
    },
  };
}
