import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { createLocalCluster, createSimulatedCluster } from '@massif/cluster';
import { openQueue } from '@massif/queue';
import { openStore } from '@massif/store';
import type { Logger } from 'pino';
import { createCalibration } from './calibrate.ts';
import type { ControllerEnvironment } from './env.ts';
import { startLeadership } from './leadership.ts';
import { serveTerm } from './term.ts';

export interface Controller {
  /** Resolves when this controller looks after jobs; never, while another one does. */
  ready: Promise<void>;
  /** Lets go of everything; gangs run on. */
  close(): Promise<void>;
}

/** Builds every adapter from the environment and waits for its turn to act. The sweep finds what no message told of. */
export function startController(
  environment: ControllerEnvironment,
  log: Logger,
  { sweepEveryMs }: { sweepEveryMs?: number } = {},
): Controller {
  const { home, databaseUrl, redisUrl, apiUrl, cluster: chosen, inherited } = environment;
  const store = openStore({ databaseUrl, applicationName: 'massif-controller' });
  const queue = openQueue({ redisUrl, onError: (error) => log.warn({ err: error }, 'trouble in the queue') });
  const cluster =
    chosen.kind === 'local'
      ? createLocalCluster({ home, command: chosen.supervisorCommand, environment: inherited })
      : createSimulatedCluster({ home, ...chosen });
  // Only where this host runs the jobs is it worth to be measured.
  const calibration =
    chosen.kind === 'local' && chosen.calibrateCommand
      ? createCalibration({ home, command: chosen.calibrateCommand, environment: inherited, store, log })
      : undefined;
  const ready = Promise.withResolvers<void>();
  const leadership = startLeadership({
    lease: store.lease,
    holder: `${hostname()} ${process.pid} ${randomUUID()}`,
    log,
    onGained: async (term) => {
      await serveTerm({ term, store, queue, cluster, calibration, home, apiUrl, log, sweepEveryMs });
      if (!term.signal.aborted) ready.resolve();
    },
  });
  return {
    ready: ready.promise,
    close: async () => {
      // The lease first, so that the next controller begins at once.
      await leadership.close();
      calibration?.yield();
      await Promise.allSettled([cluster.close(), queue.close(), store.close()]);
    },
  };
}
