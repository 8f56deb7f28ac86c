import { readFileSync } from 'node:fs';
import type { RunRecord } from '@massif/processes';
import type { DeviceRef } from '../port.ts';
import { assignmentFile, attemptDirectories } from './directories.ts';
import type { RankPlace } from './usage.ts';

/** Finds out where ranks run, also those that an earlier instance launched: what a supervisor was told is read once. */
export function readPlaces(home: string): { of(ranks: readonly RunRecord[]): { record: RunRecord; place: RankPlace | undefined }[] } {
  let known = new Map<string, (RankPlace | undefined)[]>();
  return {
    of: (ranks) => {
      const still: typeof known = new Map();
      const placed = ranks.map((record) => {
        const { jobId = '', attempt = 0, rank = -1 } = record;
        const key = `${jobId} ${attempt}`;
        const gang = still.get(key) ?? known.get(key) ?? read(home, { jobId, attempt });
        still.set(key, gang);
        return { record, place: gang[rank] };
      });
      known = still;
      return placed;
    },
  };
}

function read(home: string, gang: { jobId: string; attempt: number }): RankPlace[] {
  try {
    const { devices, threadsPerDevice } = JSON.parse(readFileSync(assignmentFile(attemptDirectories(home, gang)), 'utf8')) as {
      devices: DeviceRef[];
      threadsPerDevice?: number;
    };
    return devices.map(({ index }) => ({ device: index, threads: threadsPerDevice ?? 1 }));
  } catch {
    // One of another version, or it is being cleared away.
    return [];
  }
}
