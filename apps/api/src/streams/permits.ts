import type { FastifyRequest } from 'fastify';

const checkEveryMs = 2000;

export interface Permits {
  /** Calls `onEnd` soon after the token that a request came with was revoked or is over. @returns the function that ends the watch */
  watch(request: FastifyRequest, onEnd: () => void): () => void;
}

/** Asks again for the tokens of requests that go on for hours, once for all that came with the same one. */
export function createPermits(): Permits {
  const asked = new Map<string, { atMs: number; good: Promise<boolean> }>();

  const isGood = ({ tokenId, isStillGood }: NonNullable<FastifyRequest['principal']>): Promise<boolean> => {
    const known = asked.get(tokenId);
    if (known && performance.now() - known.atMs < checkEveryMs / 2) return known.good;
    // While the database is away nobody can say that it is not.
    const good = isStillGood().catch(() => true);
    asked.set(tokenId, { atMs: performance.now(), good });
    return good;
  };

  return {
    watch({ principal }, onEnd) {
      if (!principal) return () => {};
      const check = async () => {
        if (await isGood(principal)) return;
        asked.delete(principal.tokenId);
        onEnd();
      };
      const timer = setInterval(() => void check(), checkEveryMs).unref();
      return () => clearInterval(timer);
    },
  };
}
