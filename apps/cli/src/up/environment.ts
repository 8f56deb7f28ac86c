import { join } from 'node:path';
import type { CliEnvironment } from '../env.ts';

/** Settings of libpq and of a user's own client commands, which would change what our programs connect to, or as whom. */
const notForPrograms =
  /^PG[A-Z]+$|^MASSIF_(URL|TOKEN|PORT|POSTGRES_PORT|REDIS_PORT|SIGN_IN_KEY|CLUSTER|DEMO)$|^(DATABASE|REDIS)_URL$|^NODE_CHANNEL_/;

/** Environment of a program of the product: what the user's shell has, without what would mislead it, and the given variables. */
export function programEnvironment(environment: CliEnvironment, variables: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(environment.inherited).filter(([name]) => !notForPrograms.test(name));
  return {
    // Half of the time to the first line of a program is reading its source.
    NODE_COMPILE_CACHE: join(environment.cacheDirectory, 'node-compile-cache'),
    ...Object.fromEntries(inherited),
    MASSIF_HOME: environment.home,
    MASSIF_CACHE: environment.cacheDirectory,
    ...variables,
  };
}
