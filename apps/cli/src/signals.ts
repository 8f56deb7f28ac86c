import { AppError } from '@massif/contracts';

/** A terminal sends Ctrl-C to the whole group, and npm and `npx` pass it on once more: what follows this soon is the same one. */
const sameSignalMs = 1000;

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `onStop` for each Ctrl-C, SIGTERM or closed terminal, repetitions of the same one left out.
 * @returns a function that ends this
 */
export function onStopSignals(onStop: (times: number) => void): () => void {
  let times = 0;
  let lastAtMs = -Infinity;
  const stop = () => {
    const nowMs = performance.now();
    if (nowMs - lastAtMs < sameSignalMs) return;
    lastAtMs = nowMs;
    onStop(++times);
  };
  for (const signal of stopSignals) process.on(signal, stop);
  return () => {
    for (const signal of stopSignals) process.off(signal, stop);
  };
}

/**
 * Runs work that a Ctrl-C ends.
 * @param afterwards what becomes of what it was about
 * @throws AppError `interrupted` then
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>, afterwards: string): Promise<Result> {
  const controller = new AbortController();
  const off = onStopSignals(() => controller.abort(new AppError('interrupted', `interrupted; ${afterwards}`)));
  try {
    return await work(controller.signal);
  } finally {
    off();
  }
}
