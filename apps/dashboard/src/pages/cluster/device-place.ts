import type { HeatData } from '@massif/ui';
import { deviceStateOf, placesOf, type HeatPlace } from '../../api/live/heat.ts';

/** A device by its node and its number there, as addresses have it: `gpu-node-3:5`. */
export interface DevicePlace {
  node: string;
  index: number;
}

export function formatDevicePlace({ node, index }: DevicePlace): string {
  return `${node}:${index}`;
}

/** @returns undefined for anything else */
export function parseDevicePlace(text: string | undefined): DevicePlace | undefined {
  const [, node, index] = /^(.+):(\d{1,6})$/.exec(text ?? '') ?? [];
  return node === undefined ? undefined : { node, index: Number(index) };
}

/** Where a device is in the columns of the map; undefined when it is not there. */
export function placeInHeat(heat: Pick<HeatData, 'nodes'>, device: DevicePlace): number | undefined {
  const node = placesOf(heat).find(({ name }) => name === device.node);
  return node && device.index < node.devices ? node.first + device.index : undefined;
}

/** The nodes that a search asks for. */
export function filterNodes(
  nodes: readonly HeatPlace[],
  { search = '', state }: { search?: string; state?: HeatPlace['state'] },
): HeatPlace[] {
  const text = search.toLowerCase();
  return nodes.filter(
    (node) =>
      (state === undefined || node.state === state) &&
      [node.name, node.rack ?? '', node.type].some((each) => each.toLowerCase().includes(text)),
  );
}

/** Nodes in the order in which they need a person, else as they were: those that are unhealthy, have unhealthy devices, are cordoned. */
export function troubledFirst(
  { state }: Pick<HeatData, 'state'>,
  nodes: readonly HeatPlace[],
): { nodes: HeatPlace[]; /** How many are such. */ troubled: number } {
  const groups: [HeatPlace[], HeatPlace[], HeatPlace[], HeatPlace[]] = [[], [], [], []];
  for (const node of nodes) {
    const hasUnhealthy = state.subarray(node.first, node.first + node.devices).some((code) => deviceStateOf(code) === 'unhealthy');
    groups[node.state === 'unhealthy' ? 0 : hasUnhealthy ? 1 : node.state === 'cordoned' ? 2 : 3].push(node);
  }
  return { nodes: groups.flat(), troubled: nodes.length - groups[3].length };
}
