import type { DeviceState, HeatNode } from '@massif/contracts';
import { heat as states, notMeasured, type HeatData } from '@massif/ui';

/** A node of the map, and where its devices begin in the columns. */
export interface HeatPlace extends HeatNode {
  first: number;
}

const places = new WeakMap<readonly HeatNode[], readonly HeatPlace[]>();

/** The nodes of the map with their places; the same array until nodes come or go. */
export function placesOf({ nodes }: Pick<HeatData, 'nodes'>): readonly HeatPlace[] {
  let found = places.get(nodes);
  if (!found) {
    let first = 0;
    found = nodes.map((node) => {
      const place = { ...node, first };
      first += node.devices;
      return place;
    });
    places.set(nodes, found);
  }
  return found;
}

/** What a node's devices do together. */
export interface NodeUse {
  allocated: number;
  unhealthy: number;
  /** Mean over those that are measured, 0 to 1; null where none is. */
  busy: number | null;
  memory: number | null;
}

export function nodeUse(heat: Pick<HeatData, 'state' | 'busy' | 'memory'>, { first, devices }: HeatPlace): NodeUse {
  const use = { allocated: 0, unhealthy: 0 };
  for (let device = first; device < first + devices; device++) {
    if (heat.state[device] === states.allocated) use.allocated++;
    if (heat.state[device] === states.unhealthy) use.unhealthy++;
  }
  return { ...use, busy: mean(heat.busy, first, devices), memory: mean(heat.memory, first, devices) };
}

/** What a number in the column of states means. */
export function deviceStateOf(code: number): DeviceState {
  if (code === states.allocated) return 'allocated';
  return code === states.unhealthy ? 'unhealthy' : 'free';
}

/** A percentage of the map as a share; null where nobody measured. */
export function shareOf(percent: number): number | null {
  return percent === notMeasured ? null : percent / 100;
}

function mean(percents: Uint8Array, first: number, count: number): number | null {
  let [sum, measured] = [0, 0];
  for (let device = first; device < first + count; device++) {
    const percent = percents[device]!;
    if (percent === notMeasured) continue;
    sum += percent;
    measured++;
  }
  return measured === 0 ? null : sum / measured / 100;
}
