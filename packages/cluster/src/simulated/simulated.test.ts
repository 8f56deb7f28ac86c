import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeClusterBackend, type Behaviour } from '../conformance.ts';
import type { GangRef } from '../port.ts';
import { createSimulatedCluster } from './backend.ts';
import type { Actor, CreateActor } from './world.ts';

const keyOf = ({ jobId, attempt }: GangRef) => `${jobId} ${attempt}`;

describeClusterBackend('a simulated cluster', () => {
  const home = mkdtempSync(join(tmpdir(), 'massif-simulated-'));
  const starts = new Map<string, number>();
  const alive = new Set<string>();

  /** Plays what the assignment says, as the stand-in supervisor of the local cluster does. */
  const createActor: CreateActor = (gang, { isAdopted }): Actor => {
    const key = keyOf(gang);
    const { behaviour } = gang.assignment as { behaviour: Behaviour };
    const ended = Promise.withResolvers<string>();
    if (!isAdopted) starts.set(key, (starts.get(key) ?? 0) + 1);
    alive.add(key);
    const end = (how: string) => {
      alive.delete(key);
      ended.resolve(how);
    };
    if (behaviour === 'brief') setTimeout(end, 20, 'exited with status 3');
    return {
      advance: () => {},
      stop: () => void (behaviour !== 'stubborn' && setTimeout(end, behaviour === 'unhurried' ? 1000 : 0, 'exited with status 0')),
      kill: () => end('was killed by SIGKILL'),
      load: () => ({ busy: 0.9, memoryBytes: 40e9 }),
      ended: ended.promise,
    };
  };
  return {
    connect: () => createSimulatedCluster({ home, seed: 1, nodes: 20, createActor }),
    assignment: (behaviour) => ({ behaviour }),
    starts: (gang) => starts.get(keyOf(gang)) ?? 0,
    isRunning: (gang) => alive.has(keyOf(gang)),
    close: () => Promise.resolve(rmSync(home, { recursive: true, force: true })),
  };
});
