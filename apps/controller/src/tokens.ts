import { createHash, randomBytes } from 'node:crypto';

/** Fencing tokens of attempts that were admitted and are not launched yet. Nobody else has them: the database knows only hashes. */
export interface Tokens {
  /** A new one for this attempt. */
  make(attemptId: string): { token: string; tokenHash: Uint8Array };
  /** Undefined when it was made by a controller that is no more. */
  of(attemptId: string): string | undefined;
  forget(attemptId: string): void;
}

export function createTokens(): Tokens {
  const tokens = new Map<string, string>();
  return {
    make: (attemptId) => {
      const token = randomBytes(32).toString('base64url');
      tokens.set(attemptId, token);
      return { token, tokenHash: createHash('sha256').update(token).digest() };
    },
    of: (attemptId) => tokens.get(attemptId),
    forget: (attemptId) => void tokens.delete(attemptId),
  };
}
