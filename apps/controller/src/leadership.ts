import type { LeaseGuard, LeaseStore } from '@massif/store';
import type { Logger } from 'pino';

/** Thrown by whoever is about to act and must not any more. */
export class NotLeading extends Error {
  override readonly name = 'NotLeading';
  constructor() {
    super('another controller may lead by now');
  }
}

/** A time of being the one controller that acts. */
export interface Term {
  /** For every write. */
  guard: LeaseGuard;
  /** Aborted at the moment when another controller may take over. */
  signal: AbortSignal;
}

export interface LeadershipOptions {
  lease: LeaseStore;
  /** Unique to this process. */
  holder: string;
  /** Resolves when it has begun to act. What it starts is to end by itself when the term's signal is aborted. */
  onGained(term: Term): Promise<void>;
  log: Logger;
  ttlMs?: number;
}

const name = 'controller';

/**
 * Takes the lease when it is free and renews it three times in its time. A controller that was killed is followed after
 * `ttlMs`; one that closes, at once. Our clock starts before the database's, so that we stop acting before anyone else may begin.
 */
export function startLeadership({ lease, holder, onGained, log, ttlMs = 3000 }: LeadershipOptions): { close(): Promise<void> } {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let current: { guard: LeaseGuard; ending: AbortController } | undefined;
  void run();

  const lose = (why: string) => {
    if (!current) return;
    if (!closed) log.warn({ epoch: current.guard.epoch }, `stopped acting: ${why}`);
    clearTimeout(expiry);
    current.ending.abort();
    current = undefined;
  };

  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const guard = current?.guard;
      lose('closing');
      if (guard) await lease.release(guard).catch(() => {});
    },
  };

  async function run(): Promise<void> {
    const askedMs = performance.now();
    try {
      await (current ? renew(current.guard, askedMs) : take(askedMs));
    } catch (error) {
      log.warn({ err: error }, 'the lease cannot be asked for');
    }
    if (closed) return;
    timer = setTimeout(() => void run(), ttlMs / 3);
  }

  async function renew(guard: LeaseGuard, askedMs: number): Promise<void> {
    const renewed = await lease.renew(guard, ttlMs);
    if (current?.guard !== guard) return;
    if (renewed) expireAt(askedMs + ttlMs);
    else lose('the lease was lost');
  }

  async function take(askedMs: number): Promise<void> {
    const guard = await lease.acquire({ name, holder, ttlMs });
    if (!guard) return;
    // Taken while we were told to close.
    if (closed) return await lease.release(guard);
    const ending = new AbortController();
    current = { guard, ending };
    expireAt(askedMs + ttlMs);
    log.info({ epoch: guard.epoch }, 'acting');
    onGained({ guard, signal: ending.signal }).catch((error: unknown) => {
      log.error({ err: error }, 'could not begin to act');
      if (current?.guard === guard) lose('it could not begin');
    });
  }

  function expireAt(atMs: number): void {
    clearTimeout(expiry);
    expiry = setTimeout(() => lose('the lease could not be renewed in time'), Math.max(0, atMs - performance.now()));
  }
}
