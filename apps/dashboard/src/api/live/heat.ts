import type { HeatNode, LiveData } from '@massif/contracts';

/** What stands for a percentage that nobody measured. */
export const unmeasured = 255;

/** A node of the map, and where its devices begin in the columns. */
export interface HeatPlace extends HeatNode {
  first: number;
}

/** All devices as columns, outside React's state: ten thousand change each second. */
export interface Heat {
  readonly nodes: readonly HeatPlace[];
  /** Places in `heatStates` of contracts. */
  readonly state: Uint8Array;
  /** Per cent, or `unmeasured`. */
  readonly busy: Uint8Array;
  readonly memory: Uint8Array;
  /** Grows with each frame; 0 before the first. */
  readonly version: number;
  /** Grows when nodes come or go. */
  readonly layout: number;
  apply(frame: LiveData<'devices'>): void;
  subscribe(listener: () => void): () => void;
}

export function createHeat(): Heat {
  const listeners = new Set<() => void>();
  let nodes: readonly HeatPlace[] = [];
  let [state, busy, memory] = columns(0);
  let version = 0;
  let layout = 0;

  return {
    get nodes() {
      return nodes;
    },
    get state() {
      return state;
    },
    get busy() {
      return busy;
    },
    get memory() {
      return memory;
    },
    get version() {
      return version;
    },
    get layout() {
      return layout;
    },
    apply(frame) {
      if (frame.nodes) {
        let first = 0;
        nodes = frame.nodes.map((node) => {
          const place = { ...node, first };
          first += node.devices;
          return place;
        });
        [state, busy, memory] = columns(first);
        layout++;
      }
      for (const [row, value] of frame.state.entries()) {
        const device = frame.index ? frame.index[row]! : row;
        if (device >= state.length) continue;
        state[device] = value;
        busy[device] = frame.busy[row] ?? unmeasured;
        memory[device] = frame.memory[row] ?? unmeasured;
      }
      version++;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function columns(devices: number): [Uint8Array, Uint8Array, Uint8Array] {
  return [new Uint8Array(devices), new Uint8Array(devices).fill(unmeasured), new Uint8Array(devices).fill(unmeasured)];
}

/** What a node's devices do together. */
export interface NodeUse {
  allocated: number;
  unhealthy: number;
  /** Mean over those that are measured, 0 to 1; null where none is. */
  busy: number | null;
  memory: number | null;
}

export function nodeUse(heat: Pick<Heat, 'state' | 'busy' | 'memory'>, { first, devices }: HeatPlace): NodeUse {
  const use = { allocated: 0, unhealthy: 0 };
  for (let device = first; device < first + devices; device++) {
    if (heat.state[device] === 1) use.allocated++;
    if (heat.state[device] === 2) use.unhealthy++;
  }
  return { ...use, busy: mean(heat.busy, first, devices), memory: mean(heat.memory, first, devices) };
}

function mean(percents: Uint8Array, first: number, count: number): number | null {
  let [sum, measured] = [0, 0];
  for (let device = first; device < first + count; device++) {
    const percent = percents[device]!;
    if (percent === unmeasured) continue;
    sum += percent;
    measured++;
  }
  return measured === 0 ? null : sum / measured / 100;
}
