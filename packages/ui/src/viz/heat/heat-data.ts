import type { HeatNode } from '@massif/contracts';

/** What a device's number in `state` means, as in the stream of devices. */
export const heat = { free: 0, allocated: 1, unhealthy: 2 } as const;

/** In `busy` and `memory`: nobody measured it. All else is per cent. */
export const notMeasured = 255;

/** Devices that changed, by their place in the map; null when all did, nodes included. */
type Changed = readonly number[] | null;

/** What comes from the stream: all devices with their nodes first, then those that changed. */
export type HeatFrame = {
  nodes: readonly HeatNode[] | null;
  index: readonly number[] | null;
  state: ArrayLike<number>;
  busy: ArrayLike<number | null>;
  memory: ArrayLike<number | null>;
};

/** All devices of a cluster in the order of the map, outside React's state. Who draws them hears once a frame what changed. */
export type HeatData = {
  /** Another array when nodes come or go. */
  readonly nodes: readonly HeatNode[];
  readonly state: Uint8Array;
  readonly busy: Uint8Array;
  readonly memory: Uint8Array;
  /** The node of a device, and its place there. */
  locate(index: number): { node: HeatNode; nodeIndex: number; device: number };
  apply(frame: HeatFrame): void;
  subscribe(listener: (changed: Changed) => void): () => void;
};

export function createHeatData(schedule: (run: () => void) => void = (run) => requestAnimationFrame(run)): HeatData {
  const listeners = new Set<(changed: Changed) => void>();
  let nodes: readonly HeatNode[] = [];
  /** Place of each node's first device; one more at the end. */
  let firsts = new Uint32Array(1);
  let state = new Uint8Array();
  let busy = new Uint8Array();
  let memory = new Uint8Array();
  let changed: Set<number> | null = new Set();
  let scheduled = false;

  function tell(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      const what = changed && [...changed];
      scheduled = false;
      changed = new Set();
      for (const listener of listeners) listener(what);
    });
  }

  function build(next: readonly HeatNode[]): void {
    nodes = next;
    firsts = new Uint32Array(nodes.length + 1);
    for (const [index, { devices }] of nodes.entries()) firsts[index + 1] = firsts[index]! + devices;
    const size = firsts[nodes.length]!;
    state = new Uint8Array(size);
    busy = new Uint8Array(size).fill(notMeasured);
    memory = new Uint8Array(size).fill(notMeasured);
    changed = null;
  }

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
    locate(index) {
      let low = 0;
      let high = nodes.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (firsts[middle]! <= index) low = middle;
        else high = middle - 1;
      }
      return { node: nodes[low]!, nodeIndex: low, device: index - firsts[low]! };
    },
    apply(frame) {
      if (frame.nodes) build(frame.nodes);
      for (let row = 0; row < frame.state.length; row += 1) {
        const at = frame.index ? frame.index[row]! : row;
        if (at >= state.length) continue;
        state[at] = frame.state[row]!;
        busy[at] = frame.busy[row] ?? notMeasured;
        memory[at] = frame.memory[row] ?? notMeasured;
        changed?.add(at);
      }
      tell();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
