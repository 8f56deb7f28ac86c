import { z } from 'zod';

/** A program and its leading arguments as a JSON array of strings. */
const command = z.string().transform((text, context) => {
  try {
    return z.array(z.string().min(1)).min(1).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a JSON array of strings: the program and its arguments' });
    return z.NEVER;
  }
});

const schema = z.object({
  /** State of this installation. */
  MASSIF_HOME: z.string().min(1),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Base address of the API, as supervisors reach it. */
  MASSIF_URL: z.url({ protocol: /^https?$/ }),
  /** Starts the supervisor of an attempt; the path of its `attempt.json` is appended. */
  MASSIF_SUPERVISOR_COMMAND: command,
  /** Measures this host and writes its profile; without it, or until it has run, plans use a default. */
  MASSIF_CALIBRATE_COMMAND: command.optional(),
  MASSIF_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface ControllerEnvironment {
  home: string;
  databaseUrl: string;
  redisUrl: string;
  apiUrl: string;
  supervisorCommand: string[];
  calibrateCommand: string[] | undefined;
  logLevel: string;
  /** What supervisors inherit: all but the addresses and passwords that are not theirs. */
  inherited: NodeJS.ProcessEnv;
}

/** The only place of the controller that reads the process environment. @throws Error naming every variable that is wrong. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): ControllerEnvironment {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) throw new Error(`The controller's environment is wrong:\n${z.prettifyError(parsed.error)}`);
  const { DATABASE_URL, REDIS_URL, ...inherited } = environment;
  return {
    home: parsed.data.MASSIF_HOME,
    databaseUrl: parsed.data.DATABASE_URL,
    redisUrl: parsed.data.REDIS_URL,
    apiUrl: parsed.data.MASSIF_URL.replace(/\/$/, ''),
    supervisorCommand: parsed.data.MASSIF_SUPERVISOR_COMMAND,
    calibrateCommand: parsed.data.MASSIF_CALIBRATE_COMMAND,
    logLevel: parsed.data.MASSIF_LOG_LEVEL,
    inherited,
  };
}
