import type { DeviceRef, NodeInventory, NodeUsage } from '../port.ts';
import { nodeSlowness } from './machines.ts';
import { seedOf, uniform } from './random.ts';
import type { GangLoad } from './world.ts';

/** What a driver holds of a device that nobody uses. */
const idleBytes = 0.6e9;
const idleBusyMax = 0.01;
const jitter = 0.06;
/** Share of the time in which a device computes while its gang trains; the rest is waiting for other devices. */
const trainingBusy = 0.97;
/** Some jobs wait for their data, too: as much at most. */
const inputWaitMax = 0.45;
/** For so long a device is as busy as it was a moment ago. */
const changesEveryMs = 1000;

/** How much every device that is there is used: by the gang that has it, a little more or less each second. */
export function usageOf({
  nodes,
  loads,
  nowMs,
  seed,
}: {
  nodes: NodeInventory[];
  loads: readonly { gang: { devices: readonly DeviceRef[] }; load: GangLoad }[];
  nowMs: number;
  seed: number;
}): NodeUsage[] {
  const byNode = new Map(nodes.map((node) => [node.name, idleNode(node, nowMs)]));
  for (const { gang, load } of loads) {
    const slowness = gang.devices.map(({ node, index }) => nodeSlowness(seed, node, nowMs)[index] ?? 1);
    const slowest = Math.max(...slowness);
    for (const [rank, { node, index }] of gang.devices.entries()) {
      const usage = byNode.get(node);
      if (!usage) continue;
      // The others wait for the slowest in each step.
      const share = load.busy * (slowness[rank]! / slowest);
      usage.busy[index] = Math.min(1, Math.max(0, share * (1 - jitter * chance(node, index, nowMs))));
      usage.memoryBytes[index] = Math.max(idleBytes, load.memoryBytes);
    }
  }
  return [...byNode.values()];
}

/** How busy devices are that train a job, by the seed of the job. */
export function busyOfJob(seed: number): number {
  return trainingBusy * (1 - inputWaitMax * uniform(seedOf(seed, 'input')) ** 4);
}

function idleNode({ name, devices }: NodeInventory, nowMs: number): NodeUsage {
  return {
    name,
    busy: devices.map(({ index }) => idleBusyMax * chance(name, index, nowMs) ** 4),
    memoryBytes: devices.map(() => idleBytes),
  };
}

const seeds = new Map<string, number>();

function chance(node: string, device: number, nowMs: number): number {
  let seed = seeds.get(node);
  if (seed === undefined) seeds.set(node, (seed = seedOf(node)));
  return uniform(seed + device, Math.floor(nowMs / changesEveryMs));
}
