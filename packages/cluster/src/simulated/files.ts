import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, replaceFile, writeOnce } from '@massif/processes';
import type { GangLaunch, GangRef } from '../port.ts';

/** A gang as it is kept, so that whoever comes later finds it. */
export interface GangRecord extends GangLaunch {
  /** By the clock of the simulated world. */
  launchedAtMs: number;
}

/** What is kept of a simulated cluster, below a home: its gangs, what was ever started, and how late it is there. */
export interface WorldFiles {
  /** @returns false when this attempt was ever started, or never will be */
  begin(gang: GangRecord): boolean;
  /** From now on nobody starts it any more. */
  end(gang: GangRef): void;
  /** Those that have begun and not ended. */
  read(): GangRecord[];
  readClock(): number | undefined;
  writeClock(nowMs: number): void;
}

export function worldFiles(home: string): WorldFiles {
  const running = join(home, 'simulated', 'running');
  const ended = join(home, 'simulated', 'ended');
  const clock = join(home, 'simulated', 'clock.json');
  const nameOf = ({ jobId, attempt }: GangRef) => `${jobId}.${attempt}.json`;
  makeDirectory(running);
  makeDirectory(ended);

  return {
    begin: (gang) => {
      const name = nameOf(gang);
      if (existsSync(join(ended, name)) || !writeOnce(join(running, name), JSON.stringify(gang))) return false;
      // It may have ended, or been called off, just before it was written.
      if (!existsSync(join(ended, name))) return true;
      renameSync(join(running, name), join(ended, name));
      return false;
    },
    end: (gang) => {
      const name = nameOf(gang);
      // One that never began leaves a mark all the same.
      if (existsSync(join(running, name))) renameSync(join(running, name), join(ended, name));
      else writeOnce(join(ended, name), '{}');
    },
    read: () =>
      readdirSync(running)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(running, name), 'utf8')) as GangRecord),
    readClock: () => {
      try {
        return (JSON.parse(readFileSync(clock, 'utf8')) as { nowMs: number }).nowMs;
      } catch {
        return undefined;
      }
    },
    writeClock: (nowMs) => {
      try {
        replaceFile(clock, JSON.stringify({ nowMs }));
      } catch {
        // A full disk: the world may be some seconds younger when it is found again.
      }
    },
  };
}
