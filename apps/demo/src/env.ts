import { isAbsolute } from 'node:path';
import { z } from 'zod';

const whole = z.coerce.number().int();

const schema = z.object({
  /** State of this installation, a demo's own. */
  MASSIF_HOME: z.string().min(1).refine(isAbsolute, { error: 'must be an absolute directory' }),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Base address of the API. */
  MASSIF_URL: z.url({ protocol: /^https?$/ }),
  /** The same for the cluster. */
  MASSIF_DEMO_SEED: whole.min(0),
  MASSIF_DEMO_NODES: whole.min(1),
  /** That are to run or wait at any time. */
  MASSIF_DEMO_JOBS: whole.min(0),
  MASSIF_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface DemoEnvironment {
  home: string;
  databaseUrl: string;
  apiUrl: string;
  seed: number;
  nodes: number;
  jobs: number;
  logLevel: string;
}

/** The only place of this program that reads the process environment. @throws Error naming every variable that is wrong */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): DemoEnvironment {
  const { success, data, error } = schema.safeParse(environment);
  if (!success) throw new Error(`The demo's environment is wrong:\n${z.prettifyError(error)}`);
  return {
    home: data.MASSIF_HOME,
    databaseUrl: data.DATABASE_URL,
    apiUrl: data.MASSIF_URL.replace(/\/$/, ''),
    seed: data.MASSIF_DEMO_SEED,
    nodes: data.MASSIF_DEMO_NODES,
    jobs: data.MASSIF_DEMO_JOBS,
    logLevel: data.MASSIF_LOG_LEVEL,
  };
}
