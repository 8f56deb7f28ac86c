/** A bell: whoever waits is woken by the next ring, or at once by one that came since the last waiting. */
export interface Wake {
  ring(): void;
  /** True: it rang. False: `timeoutMs` passed, or `signal` was aborted. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
}

export function createWake(): Wake {
  let rung = false;
  let answer: ((rang: boolean) => void) | undefined;
  return {
    ring() {
      rung = true;
      answer?.(true);
    },
    async wait(timeoutMs, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<boolean>((resolve) => {
          const stop = () => resolve(false);
          const timer = setTimeout(stop, timeoutMs);
          signal.addEventListener('abort', stop, { once: true });
          answer = (rang) => {
            clearTimeout(timer);
            signal.removeEventListener('abort', stop);
            answer = undefined;
            resolve(rang);
          };
        });
        answer = undefined;
      }
      const rang = rung;
      rung = false;
      return rang;
    },
  };
}
