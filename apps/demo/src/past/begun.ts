import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '@massif/processes';

/** A past that is being written: what it is told by, which is the same for whoever goes on with it. */
export interface Begun {
  seed: number;
  nodes: number;
  jobs: number;
  /** The time at which it ends. */
  nowMs: number;
}

const fileOf = (home: string) => join(home, 'past.json');

/** What was begun and is not complete. */
export function readBegun(home: string): Begun | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(home), 'utf8')) as Begun;
  } catch {
    return undefined;
  }
}

/** Before anything of it is written. */
export function begin(home: string, begun: Begun): Begun {
  replaceFile(fileOf(home), JSON.stringify(begun));
  return begun;
}

/** All of it is there. */
export function complete(home: string): void {
  rmSync(fileOf(home), { force: true });
}
