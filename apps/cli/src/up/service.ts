import type { ProgramProcess } from './child.ts';

export interface ServiceOptions {
  name: string;
  start(): ProgramProcess;
  /** Told each time it is ready, with what it said. */
  onReady?(said: { url?: string }): void;
  /** Told each time the process ended without being asked to, before it is started again. */
  onDied(how: string): void;
  /** Told when it cannot be started again at all, or said that it is of no use. */
  onGaveUp(error: Error): void;
  /** A process that dies this soon after its start counts as a failed start. */
  stableAfterMs?: number;
  failedStartsMax?: number;
}

export interface KeptService {
  /** When it is ready for the first time. Rejects with what the first start failed with: a product that cannot start says why instead of retrying for ever. */
  ready: Promise<void>;
  /** Ends the process so that it is started again, for example with another environment. */
  restart(): void;
  /** Ends it for good; resolves when it is gone. */
  stop(): Promise<void>;
}

const backoffMs = [0, 100, 250, 500, 1000, 2000];

/** Starts a process and starts it again whenever it dies. The first restart is immediate; repeated deaths back off. */
export function keepRunning({
  name,
  start,
  onReady,
  onDied,
  onGaveUp,
  stableAfterMs = 10_000,
  failedStartsMax = 20,
}: ServiceOptions): KeptService {
  const stopRequested = Promise.withResolvers<void>();
  const firstReady = Promise.withResolvers<void>();
  // Rejected also when nobody waits for it any more.
  firstReady.promise.catch(() => {});
  let stopping = false;
  let restarting = false;
  let current = start();

  const keep = async () => {
    let failedStarts = 0;
    for (let first = true; ; first = false) {
      const startedAtMs = performance.now();
      let how: string;
      try {
        const said = await current.ready;
        onReady?.(said);
        firstReady.resolve();
        how = await current.exited;
      } catch (error) {
        await current.exited;
        if (first) return firstReady.reject(error);
        how = (error as Error).message;
      }
      if (stopping) return undefined;
      const hopeless = current.hopeless?.();
      if (hopeless) return onGaveUp(hopeless);
      if (restarting) failedStarts = 0;
      else {
        failedStarts = performance.now() - startedAtMs < stableAfterMs ? failedStarts + 1 : 1;
        if (failedStarts > failedStartsMax)
          return onGaveUp(new Error(`${name} could not be started ${failedStarts} times in a row; at last it ${how}`));
        onDied(how);
        await Promise.race([delay(backoffMs[Math.min(failedStarts - 1, backoffMs.length - 1)]!), stopRequested.promise]);
      }
      restarting = false;
      if (stopping) return undefined;
      try {
        current = start();
      } catch (cause) {
        // Its log cannot be opened: somebody has removed the home.
        return onGaveUp(new Error(`${name} cannot be started again: ${(cause as Error).message}`, { cause }));
      }
    }
  };
  const keeping = keep();

  return {
    ready: firstReady.promise,
    restart: () => {
      restarting = true;
      void current.stop();
    },
    stop: async () => {
      stopping = true;
      stopRequested.resolve();
      await current.stop();
      await keeping;
    },
  };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
