import { join } from 'node:path';
import type { CliEnvironment } from '../env.ts';

/** A demo: a cluster that does not exist, busy with jobs that are only played. */
export interface Demo {
  /** The same seed makes the same machines and the same lives of jobs. */
  seed: number;
  nodes: number;
  /** That run or wait at any time. */
  jobs: number;
  /** How many times as fast time goes by in the cluster. */
  speed: number;
}

/** Of a demo: a home of its own with servers of its own, so that made-up jobs never get among real ones. */
export function demoEnvironment(environment: CliEnvironment): CliEnvironment {
  return { ...environment, home: join(environment.home, 'demo'), databaseUrl: undefined, redisUrl: undefined };
}

/** What the API is told. */
export const apiVariables = (demo: Demo | undefined): Record<string, string> => (demo ? { MASSIF_DEMO: '1' } : {});

/** What the controller is told, instead of how gangs are started on this host. */
export const controllerVariables = ({ seed, nodes, speed }: Demo) => ({
  MASSIF_CLUSTER: `simulated:seed=${seed}&nodes=${nodes}&speed=${speed}`,
});

/** What the program is told that keeps the cluster busy. */
export const demoVariables = ({ seed, nodes, jobs }: Demo) => ({
  MASSIF_DEMO_SEED: String(seed),
  MASSIF_DEMO_NODES: String(nodes),
  MASSIF_DEMO_JOBS: String(jobs),
});
