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

const whole = z.coerce.number().int();

/** `local`, or `simulated:seed=1&nodes=1000&speed=1`: GPU nodes that do not exist. */
const cluster = z.string().transform((text, context) => {
  if (text === 'local') return { kind: 'local' as const };
  const [kind, ...rest] = text.split(':');
  const options = z
    .strictObject({
      seed: whole.min(0).default(1),
      nodes: whole.min(1).max(10_000).default(1000),
      speed: z.coerce.number().gt(0).max(1000).default(1),
    })
    .safeParse(Object.fromEntries(new URLSearchParams(rest.join(':'))));
  if (kind === 'simulated' && options.success) return { kind, ...options.data } as const;
  context.addIssue({ code: 'custom', message: 'must be local or simulated:seed=1&nodes=1000&speed=1' });
  return z.NEVER;
});

const schema = z.object({
  /** State of this installation. */
  MASSIF_HOME: z.string().min(1),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Base address of the API, as supervisors reach it. */
  MASSIF_URL: z.url({ protocol: /^https?$/ }),
  /** Where gangs run. */
  MASSIF_CLUSTER: cluster.default({ kind: 'local' }),
  /** Starts the supervisor of an attempt of the local cluster; the path of its `attempt.json` is appended. */
  MASSIF_SUPERVISOR_COMMAND: command.optional(),
  /** Measures this host, when gangs run there, and writes its profile; without it, or until it has run, plans use a default. */
  MASSIF_CALIBRATE_COMMAND: command.optional(),
  MASSIF_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface ControllerEnvironment {
  home: string;
  databaseUrl: string;
  redisUrl: string;
  apiUrl: string;
  cluster:
    | { kind: 'local'; supervisorCommand: string[]; calibrateCommand: string[] | undefined }
    | { kind: 'simulated'; seed: number; nodes: number; speed: number };
  logLevel: string;
  /** What supervisors inherit: all but the addresses and passwords that are not theirs. */
  inherited: NodeJS.ProcessEnv;
}

/** The only place of the controller that reads the process environment. @throws Error naming every variable that is wrong. */
export function readEnvironment(environment: NodeJS.ProcessEnv = process.env): ControllerEnvironment {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) throw new Error(`The controller's environment is wrong:\n${z.prettifyError(parsed.error)}`);
  const { MASSIF_CLUSTER: chosen, MASSIF_SUPERVISOR_COMMAND: supervisorCommand, MASSIF_CALIBRATE_COMMAND: calibrateCommand } = parsed.data;
  if (chosen.kind === 'local' && !supervisorCommand)
    throw new Error("The controller's environment is wrong:\nMASSIF_SUPERVISOR_COMMAND is missing: the local cluster needs it");
  const { DATABASE_URL, REDIS_URL, ...inherited } = environment;
  return {
    home: parsed.data.MASSIF_HOME,
    databaseUrl: parsed.data.DATABASE_URL,
    redisUrl: parsed.data.REDIS_URL,
    apiUrl: parsed.data.MASSIF_URL.replace(/\/$/, ''),
    cluster: chosen.kind === 'local' ? { ...chosen, supervisorCommand: supervisorCommand!, calibrateCommand } : chosen,
    logLevel: parsed.data.MASSIF_LOG_LEVEL,
    inherited,
  };
}
