import { AppError, durationSeconds, maxDurationExceeded, type Limits } from '@massif/contracts';
import type { Gang } from '../gang/gang.ts';

/** Time that a gang is given to leave after the step that it is in; the controller gives as much. */
const stopGraceMs = 30_000;

/** No timer of Node is longer. */
const timerMsMax = 2 ** 31 - 1;

/**
 * Keeps a gang to `limits.maxDuration`, from now on: then it is asked to leave, and ended when it does not. Ends with the gang.
 * @returns why the job has failed; undefined while its time is not over
 */
export function limitDuration({ maxDuration }: Limits, gang: Gang): () => AppError | undefined {
  if (maxDuration === undefined) return () => undefined;
  const maxSeconds = durationSeconds(maxDuration);
  const endAtMs = performance.now() + maxSeconds * 1000;
  let over = false;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const leftMs = endAtMs - performance.now();
    if (leftMs > 0) {
      timer = setTimeout(wait, Math.min(leftMs, timerMsMax));
      return;
    }
    over = true;
    gang.stop();
    timer = setTimeout(gang.kill, stopGraceMs);
  };
  wait();
  void gang.result.finally(() => clearTimeout(timer));
  return () => {
    if (!over) return undefined;
    const { code, message } = maxDurationExceeded(maxSeconds);
    return new AppError(code, message, { context: { jobStarted: true } });
  };
}
