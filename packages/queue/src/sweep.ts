export interface SweepOptions {
  sweep(): Promise<void>;
  everyMs: number;
  onError(error: Error): void;
}

/** Calls `sweep` at once and then `everyMs` after each call has ended, so that calls never overlap. */
export function startSweep({ sweep, everyMs, onError }: SweepOptions): { close(): Promise<void> } {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running = run();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      return running;
    },
  };

  async function run(): Promise<void> {
    try {
      await sweep();
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    if (closed) return;
    timer = setTimeout(() => {
      running = run();
    }, everyMs);
  }
}
