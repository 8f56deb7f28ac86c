import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The only place of the CLI that reads the process environment. */
export interface CliEnvironment {
  /** State of this installation. */
  home: string;
  /** Compiled kernels and fetched binaries, shared by all installations of this user. */
  cacheDirectory: string;
  /** Control plane to talk to; without it the one that `massif up` started for this home. */
  url: string | undefined;
  token: string | undefined;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** What child processes inherit. */
  inherited: NodeJS.ProcessEnv;
}

/** Root of the checkout this file runs from, or undefined in an installed package. */
function checkoutRoot(): string | undefined {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
  return existsSync(join(root, 'pnpm-workspace.yaml')) ? root : undefined;
}

export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): CliEnvironment {
  const checkout = checkoutRoot();
  const stateHome = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const cacheHome = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  return {
    home: resolve(environment.MASSIF_HOME || (checkout ? join(checkout, '.massif') : join(stateHome, 'massif'))),
    cacheDirectory: join(cacheHome, 'massif'),
    url: environment.MASSIF_URL || undefined,
    token: environment.MASSIF_TOKEN || undefined,
    databaseUrl: environment.DATABASE_URL || undefined,
    redisUrl: environment.REDIS_URL || undefined,
    inherited: environment,
  };
}
