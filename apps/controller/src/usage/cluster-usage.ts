import type { NodeUsage } from '@massif/cluster';
import type { ClusterNode, JobPace, UsageStore } from '@massif/store';

type Recorded = Parameters<UsageStore['record']>[0];

/** What is written down of half a minute: nodes as they are now, what was measured of them, and how fast jobs run. */
export function usageOf({
  nodes,
  measured,
  paces,
  queued,
}: {
  nodes: readonly ClusterNode[];
  /** By name of the node. */
  measured: ReadonlyMap<string, Omit<NodeUsage, 'name'>>;
  paces: readonly JobPace[];
  queued: number;
}): Omit<Recorded, 'time'> {
  const devices = nodes.flatMap((node) =>
    node.devices.map(({ index, heldBy }) => ({ heldBy, busy: measured.get(node.name)?.busy[index] ?? null })),
  );
  const held = Map.groupBy(
    devices.filter(({ heldBy }) => heldBy !== null),
    ({ heldBy }) => heldBy!,
  );
  return {
    cluster: {
      devices: devices.length,
      allocated: devices.filter(({ heldBy }) => heldBy !== null).length,
      busy: busySum(devices),
      useful: paces.length === 0 ? 0 : sumOrNull(paces.map((pace) => usefulOf(pace, held.get(pace.jobId) ?? []))),
      queued,
      running: paces.length,
    },
    nodes: nodes.flatMap(({ id, name }) => {
      const usage = measured.get(name);
      return usage ? [{ nodeId: id, ...usage }] : [];
    }),
  };
}

/**
 * Devices' worth of operations that the model of a job needs: the MFU of its plan, as much as it is faster or slower than that.
 * No more than its devices were busy: while a job evaluates or writes a checkpoint, its speed is still that of its last steps.
 */
function usefulOf(
  { plannedMfu, plannedTokensPerSecond, tokensPerSecond }: JobPace,
  devices: readonly { busy: number | null }[],
): number | null {
  // Nobody trains at it now.
  if (tokensPerSecond === null) return 0;
  if (plannedMfu === null || !plannedTokensPerSecond) return null;
  const mfu = Math.min(1, (plannedMfu * tokensPerSecond) / plannedTokensPerSecond);
  return Math.min(mfu * devices.length, busySum(devices) ?? Infinity);
}

const busySum = (devices: readonly { busy: number | null }[]) => sumOrNull(devices.map(({ busy }) => busy));

/** Of what is known; null when nothing is. */
function sumOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
