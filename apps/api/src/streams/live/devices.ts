import { setTimeout } from 'node:timers/promises';
import { heatStates, type HeatNode, type LiveData, type UsageFrame } from '@massif/contracts';
import type { ClusterDevice, ClusterNode } from '@massif/store';
import { deviceStateOf } from '../../views/cluster.ts';
import { sharedFrame, type Picture } from './feed.ts';

/** Use is measured once a second; when this long nothing was heard, nobody knows. */
const measuredWithinMs = 5000;
/** The first picture waits for use so long: without it, every device would be shown as one that is not measured, for a moment. */
const firstUseWithinMs = 1500;

const byNumber = new Intl.Collator('en', { numeric: true });

export interface DevicesPictureOptions {
  nodes(): Promise<ClusterNode[]>;
  onUsage(listener: (frame: UsageFrame) => void): () => void;
  /** Called with each measurement, so that it is shown when it comes. */
  lookNow?(): void;
}

/** Every device of the installation in the order of the heat map, and when each was last another. */
export function devicesPicture({ nodes: read, onUsage, lookNow }: DevicesPictureOptions): Picture {
  let version = 0;
  /** Version at which nodes last came or went. */
  let laidOutAt = 0;
  let layout = '';
  let nodes: HeatNode[] = [];
  let time = new Date();
  let changedAt: number[] = [];
  const now: Record<'state' | 'busy' | 'memory', (number | null)[]> = { state: [], busy: [], memory: [] };
  let measured: { byNode: Map<string, UsageFrame['nodes'][number]>; atMs: number } | undefined;

  const heard = Promise.withResolvers<void>();
  const unsubscribe = onUsage((frame) => {
    heard.resolve();
    measured = { byNode: new Map(frame.nodes.map((node) => [node.name, node])), atMs: performance.now() };
    if (version > 0) lookNow?.();
  });

  const show = (at: number, next: number, device: ClusterDevice, used: UsageFrame['nodes'][number] | undefined) => {
    const bytes = used?.memoryBytes[device.index] ?? null;
    const state = heatStates.indexOf(deviceStateOf(device));
    const busy = percent(used?.busy[device.index] ?? null);
    const memory = bytes === null || device.memoryBytes === 0 ? null : percent(bytes / device.memoryBytes);
    if (now.state[at] === state && now.busy[at] === busy && now.memory[at] === memory) return;
    [now.state[at], now.busy[at], now.memory[at], changedAt[at]] = [state, busy, memory, next];
  };

  return {
    get version() {
      return version;
    },
    async look() {
      if (version === 0) await Promise.race([heard.promise, setTimeout(firstUseWithinMs, undefined, { ref: false })]);
      const rows = (await read()).toSorted(inOrder);
      time = new Date();
      const next = version + 1;
      const heat = rows.map(({ name, rack, state, devices }) => ({
        name,
        rack,
        state,
        type: devices[0]?.type ?? '',
        devices: devices.length,
      }));
      const text = JSON.stringify(heat);
      if (text !== layout || version === 0) {
        [layout, nodes, laidOutAt, changedAt] = [text, heat, next, []];
        [now.state, now.busy, now.memory] = [[], [], []];
      }
      const used = measured && performance.now() - measured.atMs < measuredWithinMs ? measured.byNode : undefined;
      let at = 0;
      for (const { name, devices } of rows) for (const device of devices) show(at++, next, device, used?.get(name));
      if (laidOutAt === next || changedAt.includes(next)) version = next;
    },
    since(seen) {
      const whole = seen < laidOutAt;
      const index = whole ? null : changedAt.flatMap((changed, at) => (changed > seen ? [at] : []));
      const pick = <Value>(values: Value[]) => (index === null ? values : index.map((at) => values[at]!));
      const data: LiveData<'devices'> = {
        time: time.toISOString(),
        nodes: whole ? nodes : null,
        index,
        state: pick(now.state) as number[],
        busy: pick(now.busy),
        memory: pick(now.memory),
      };
      return [sharedFrame('devices', data)];
    },
    close: unsubscribe,
  };
}

/** By rack, those without one last; then by name, `node-2` before `node-10`. */
function inOrder(a: ClusterNode, b: ClusterNode): number {
  if (a.rack === null || b.rack === null) return Number(a.rack === null) - Number(b.rack === null) || byNumber.compare(a.name, b.name);
  return byNumber.compare(a.rack, b.rack) || byNumber.compare(a.name, b.name);
}

function percent(share: number | null): number | null {
  return share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 100);
}
