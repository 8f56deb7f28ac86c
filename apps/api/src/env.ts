import { delimiter, isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const paths = z
  .string()
  .transform((text) => text.split(delimiter).filter((path) => path !== ''))
  .refine((list) => list.every((path) => isAbsolute(path)), { error: `must be absolute directories separated by ${delimiter}` });

const schema = z.object({
  /** State of this installation. */
  MASSIF_HOME: z.string().min(1).refine(isAbsolute, { error: 'must be an absolute directory' }),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Address to listen on. */
  MASSIF_HOST: z.string().min(1).default('127.0.0.1'),
  /** 0: any free port. */
  MASSIF_PORT: z.coerce.number().int().min(0).max(65_535).default(7700),
  /** Directories that jobs submitted over REST may name paths in. */
  MASSIF_DATA_ROOTS: paths.default([]),
  /** Largest uploaded file. */
  MASSIF_UPLOAD_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(16 * 2 ** 30),
  /** True: the database is for this installation alone, and another one that holds it is an error. Else several APIs may share it. */
  MASSIF_EXCLUSIVE: z.stringbool().default(false),
  /** How long to wait at the start for a database that cannot be reached. */
  MASSIF_DATABASE_WAIT_SECONDS: z.coerce.number().min(0).default(30),
  /** Whoever opens `/?key=` with it is signed in as an administrator. */
  MASSIF_SIGN_IN_KEY: z.string().min(32).optional(),
  /** Directory of the built dashboard. */
  MASSIF_DASHBOARD: z
    .string()
    .refine(isAbsolute, { error: 'must be an absolute directory' })
    .default(fileURLToPath(new URL('../../dashboard/dist', import.meta.url))),
  /** Says that nodes and jobs are simulated. */
  MASSIF_DEMO: z.stringbool().default(false),
  MASSIF_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface ApiEnvironment {
  home: string;
  databaseUrl: string;
  redisUrl: string;
  host: string;
  port: number;
  dataRoots: string[];
  uploadBytesMax: number;
  exclusive: boolean;
  databaseWaitMs: number;
  signInKey: string | undefined;
  dashboard: string;
  demo: boolean;
  logLevel: string;
}

/** The only place of the API that reads the process environment. @throws Error naming every variable that is wrong. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): ApiEnvironment {
  // An empty variable is one that is not set.
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')));
  if (!parsed.success) throw new Error(`The API's environment is wrong:\n${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  return {
    home: data.MASSIF_HOME,
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    host: data.MASSIF_HOST,
    port: data.MASSIF_PORT,
    dataRoots: data.MASSIF_DATA_ROOTS,
    uploadBytesMax: data.MASSIF_UPLOAD_BYTES_MAX,
    exclusive: data.MASSIF_EXCLUSIVE,
    databaseWaitMs: data.MASSIF_DATABASE_WAIT_SECONDS * 1000,
    signInKey: data.MASSIF_SIGN_IN_KEY,
    dashboard: data.MASSIF_DASHBOARD,
    demo: data.MASSIF_DEMO,
    logLevel: data.MASSIF_LOG_LEVEL,
  };
}
