/** A bell: whoever waits is woken by the next ring, or at once by one that came since the last waiting. */
export interface Wake {
  ring(): void;
  /** True: it rang. False: `timeoutMs` passed, or `signal` was aborted. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
}

export function createWake(): Wake {
  let rung = false;
  let wakeUp = () => {};
  return {
    ring() {
      rung = true;
      wakeUp();
    },
    async wait(timeoutMs, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', end);
            wakeUp = () => {};
            resolve();
          };
          const timer = setTimeout(end, timeoutMs);
          signal.addEventListener('abort', end, { once: true });
          wakeUp = end;
        });
      }
      const rang = rung;
      rung = false;
      return rang;
    },
  };
}
