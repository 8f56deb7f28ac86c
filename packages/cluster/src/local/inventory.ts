import { describeHost } from '@massif/processes';
import type { NodeInventory } from '../port.ts';

/** This host as a node. */
export function inventoryOfHost(): NodeInventory {
  const { name, cores, memoryBytes, slots } = describeHost();
  const devices = Array.from({ length: slots }, (_, index) => ({ index, type: 'cpu', memoryBytes: Math.floor(memoryBytes / slots) }));
  return { name, cores, memoryBytes, devices };
}
