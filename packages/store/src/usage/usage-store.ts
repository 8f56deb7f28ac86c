import type { ClusterUsage, DeviceUsage, UsageSample } from '../rows.ts';

/** Measured use of devices. Best effort: what nobody measured is null, never 0. */
export interface UsageStore {
  /** Writes what was measured in the half minute before `time`. Nodes that are not there any more are passed over. */
  record(usage: {
    time: Date;
    cluster: Omit<UsageSample, 'time'>;
    /** `busy` and `memoryBytes` by index of the device. */
    nodes: readonly { nodeId: string; busy: readonly (number | null)[]; memoryBytes: readonly (number | null)[] }[];
  }): Promise<void>;
  /** At `points` equal distances from `from` on; 5000 at most. */
  cluster(range: { from: Date; to: Date; points: number }): Promise<ClusterUsage>;
  /** At equal distances of about half a minute; the last hour by default. Null when there is no such device. */
  device(id: string, range?: { from?: Date; to?: Date }): Promise<DeviceUsage | null>;
  /** What was written last; null when nothing was. */
  latest(): Promise<UsageSample | null>;
  /** Forgets what is older, of the cluster and of single nodes. */
  retain(now: Date, keep: { clusterDays: number; nodeHours: number }): Promise<void>;
}
