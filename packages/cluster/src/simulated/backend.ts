import type { ClusterBackend } from '../port.ts';
import { createSupervisor } from './supervisor.ts';
import { usageOf } from './usage.ts';
import { openWorld, type CreateActor, type World } from './world.ts';

export interface SimulatedClusterOptions {
  /** MASSIF_HOME: what is kept of the cluster lies below it. */
  home: string;
  /** The same seed makes the same machines and the same lives of jobs. */
  seed: number;
  nodes: number;
  /** How many times as fast time goes by there; 1 by default. */
  speed?: number;
  /** What plays a gang; by default a supervisor that talks to the API. */
  createActor?: CreateActor;
}

/** Backends of one process over one home share its world, as several controllers share a cluster. */
const worlds = new Map<string, { world: World; users: number }>();

/**
 * A cluster of GPU nodes that do not exist. What is launched on it is played: its supervisor really talks to the API, as those of
 * real gangs do. One process at a time plays a home.
 */
export function createSimulatedCluster(options: SimulatedClusterOptions): ClusterBackend {
  const { home, seed, nodes, speed = 1 } = options;
  const createActor = options.createActor ?? ((gang, actor) => createSupervisor(gang, { home, seed, speed, ...actor }));
  const shared = worlds.get(home) ?? { world: openWorld({ home, seed, nodes, speed, createActor }), users: 0 };
  worlds.set(home, shared);
  shared.users++;
  const { world } = shared;
  const ends: (() => void)[] = [];

  return {
    inventory: () => Promise.resolve(world.nodes()),
    usage: () => Promise.resolve(usageOf({ nodes: world.nodes(), loads: world.loads(), nowMs: world.nowMs(), seed })),
    launch: (gang) => Promise.resolve(world.launch(gang)),
    list: () => Promise.resolve(world.list()),
    stop: (gang, { graceSeconds }) => world.stop(gang, graceSeconds * 1000),
    watch: (onEnded) => {
      const end = world.onEnded(onEnded);
      ends.push(end);
      return end;
    },
    close: () => {
      for (const end of ends.splice(0)) end();
      if (--shared.users === 0) {
        worlds.delete(home);
        world.close();
      }
      return Promise.resolve();
    },
  };
}
