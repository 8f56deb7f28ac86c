import { isAlive, type ProcessIdentity } from './identity.ts';

export interface WatchOptions {
  everyMs?: number;
  /** Called once. */
  onGone(): void;
}

/**
 * Looks whether a process, typically our parent, still lives; a parent that has died before the first look is found too.
 * The timer does not keep this process alive.
 * @returns a function that ends the watch
 */
export function watchProcess(identity: ProcessIdentity, { everyMs = 500, onGone }: WatchOptions): () => void {
  const timer = setInterval(() => {
    if (isAlive(identity)) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
