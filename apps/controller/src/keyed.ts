export interface Keyed {
  /** Resolves, or rejects, with a run for this key that begins after the call. */
  wake(key: string): Promise<void>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

interface State {
  running: boolean;
  /** The run that is still to begin. */
  next?: PromiseWithResolvers<void>;
}

/**
 * Runs something for a key whenever it is woken: never twice at the same time for one key, at most `concurrency` keys at a
 * time. Being woken during a run, however often, leads to one more run.
 */
export function createKeyed({ run, concurrency }: { run(key: string): Promise<void>; concurrency: number }): Keyed {
  const states = new Map<string, State>();
  const waiting: string[] = [];
  let idle = Promise.withResolvers<void>();
  idle.resolve();
  let active = 0;

  const start = async (key: string, state: State) => {
    const { resolve, reject } = state.next!;
    state.next = undefined;
    state.running = true;
    active++;
    try {
      await run(key);
      resolve();
    } catch (error) {
      reject(error);
    }
    active--;
    state.running = false;
    if (state.next) waiting.push(key);
    else states.delete(key);
    pump();
    if (states.size === 0) idle.resolve();
  };
  const pump = () => {
    while (active < concurrency && waiting.length > 0) {
      const key = waiting.shift()!;
      void start(key, states.get(key)!);
    }
  };

  return {
    wake: (key) => {
      if (states.size === 0) idle = Promise.withResolvers();
      const state = states.get(key) ?? { running: false };
      states.set(key, state);
      if (!state.next) {
        state.next = Promise.withResolvers();
        // Not everyone who wakes waits for the end.
        state.next.promise.catch(() => {});
        if (!state.running) waiting.push(key);
      }
      const { promise } = state.next;
      pump();
      return promise;
    },
    idle: () => idle.promise,
  };
}
