import { isAbsolute, join } from 'node:path';
import { nativeCacheDirectory } from '@massif/native';
import { z } from 'zod';

const absolute = z.string().refine(isAbsolute, { error: 'must be an absolute directory' });

const schema = z.object({
  /** State of this installation. */
  MASSIF_HOME: absolute,
  /** The user's cache directory; compiled libraries are in `native` below it. */
  MASSIF_CACHE: absolute.optional(),
  XDG_CACHE_HOME: z.string().optional(),
  HOME: z.string().optional(),
  /** C++ compiler to use. */
  CXX: z.string().optional(),
  MASSIF_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface WorkerEnvironment {
  home: string;
  /** Where compiled libraries are kept, and the user's choice of compiler. */
  native: { cacheDirectory: string; compiler?: string };
  logLevel: string;
  /** What child processes inherit. */
  inherited: Record<string, string | undefined>;
}

/** The only place of the worker that reads the process environment. @throws Error naming every variable that is wrong. */
export function readEnvironment(environment: Record<string, string | undefined> = process.env): WorkerEnvironment {
  // An empty variable is one that is not set.
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')));
  if (!parsed.success) throw new Error(`The worker's environment is wrong:\n${z.prettifyError(parsed.error)}`);
  const { MASSIF_HOME, MASSIF_CACHE, CXX, MASSIF_LOG_LEVEL, ...places } = parsed.data;
  return {
    home: MASSIF_HOME,
    native: {
      cacheDirectory: MASSIF_CACHE === undefined ? nativeCacheDirectory(places) : join(MASSIF_CACHE, 'native'),
      ...(CXX === undefined ? {} : { compiler: CXX }),
    },
    logLevel: MASSIF_LOG_LEVEL,
    inherited: environment,
  };
}
