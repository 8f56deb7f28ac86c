import { isAlive, processLoad, type RunRecord } from '@massif/processes';
import type { NodeInventory, NodeUsage } from '../port.ts';

/** What a rank may use and where it runs; undefined when that is not known. */
export interface RankPlace {
  device: number;
  threads: number;
}

interface Reading {
  cpuMs: number;
  atMs: number;
}

/**
 * Measures the devices of this host by the processes of their ranks: CPU time over the time since the last look and the threads that
 * the rank may use, and resident memory. A device that no rank has is idle; one whose rank nobody can measure is not known.
 */
export function createUsageMeter({ now = () => performance.now() }: { now?: () => number } = {}): {
  measure(node: NodeInventory, ranks: readonly { record: RunRecord; place: RankPlace | undefined }[]): NodeUsage;
} {
  let readings = new Map<string, Reading>();
  return {
    measure: ({ name, devices }, ranks) => {
      const size = Math.max(0, ...devices.map(({ index }) => index + 1));
      const busy = Array<number | null>(size).fill(0);
      const memoryBytes = Array<number | null>(size).fill(0);
      const seen = new Map<string, Reading>();
      for (const { record, place } of ranks) {
        if (!isAlive(record)) continue;
        // A rank of which nobody knows where it runs may be on any device.
        if (!place) {
          busy.fill(null);
          memoryBytes.fill(null);
          continue;
        }
        const key = `${record.pid} ${record.startTicks}`;
        const load = processLoad(record.pid);
        const before = readings.get(key);
        const reading = load && { cpuMs: load.cpuMs, atMs: now() };
        if (reading) seen.set(key, reading);
        const share = reading && before && (reading.cpuMs - before.cpuMs) / ((reading.atMs - before.atMs) * place.threads);
        busy[place.device] = share === undefined || !Number.isFinite(share) ? null : Math.min(1, Math.max(0, share));
        memoryBytes[place.device] = load?.residentBytes ?? null;
      }
      readings = seen;
      return { name, busy, memoryBytes };
    },
  };
}
