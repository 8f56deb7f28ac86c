import { isAbsolute } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535).optional();

const schema = z.object({
  /** State of this installation. */
  MASSIF_HOME: z.string().min(1).refine(isAbsolute, { error: 'must be an absolute directory' }),
  /** Ports that the servers had before; another one is taken when somebody else listens there. */
  MASSIF_POSTGRES_PORT: port,
  MASSIF_REDIS_PORT: port,
  /** Where a Redis server is looked for. */
  PATH: z.string().default(''),
});

export interface ServicesEnvironment {
  home: string;
  postgresPort: number | undefined;
  redisPort: number | undefined;
  searchPath: string;
}

/** The only place of these programs that reads the process environment. @throws Error naming every variable that is wrong. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): ServicesEnvironment {
  // An empty variable is one that is not set.
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')));
  if (!parsed.success) throw new Error(`The environment is wrong:\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return { home: data.MASSIF_HOME, postgresPort: data.MASSIF_POSTGRES_PORT, redisPort: data.MASSIF_REDIS_PORT, searchPath: data.PATH };
}
