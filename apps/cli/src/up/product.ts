import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '@massif/contracts';
import { isAlive, readRunRecords, stopProcess, type ProcessIdentity } from '@massif/processes';
import type { CliEnvironment } from '../env.ts';
import { startProgram, type ProgramOptions } from './child.ts';
import { apiVariables, controllerVariables, demoVariables, type Demo } from './demo.ts';
import { endEverything } from './end-all.ts';
import { programEnvironment } from './environment.ts';
import { startGuardian } from './guard.ts';
import { freePort } from './ports.ts';
import { describeStart } from './server-url.ts';
import { keepRunning, type KeptService } from './service.ts';

export interface ProductOptions {
  environment: CliEnvironment;
  /** This process. */
  self: ProcessIdentity;
  /** The API's port; the next free one when it is taken. */
  port: number;
  /** Undefined: what runs is real. */
  demo?: Demo | undefined;
  onNote(text: string): void;
}

/** Every process of a control plane on this host. */
export interface Product {
  /** Starts what is to run; resolves when jobs can be submitted. */
  start(): Promise<{
    /** Base address of the API. */
    url: string;
    /** What to open in a browser: it is signed in by a key that is good until this product ends. */
    dashboard: string;
  }>;
  /** Resolves when something cannot be kept running. */
  failed: Promise<Error>;
  /**
   * Lets running jobs write a checkpoint, then ends everything in reverse order; within 10 s nothing is left.
   * @param lastLook told when the checkpoints are written, while the API still answers; not waited for for long
   */
  stop(lastLook?: () => Promise<void>): Promise<void>;
}

const programs = {
  postgres: fileURLToPath(new URL('../../../services/src/postgres.ts', import.meta.url)),
  redis: fileURLToPath(new URL('../../../services/src/redis.ts', import.meta.url)),
  api: fileURLToPath(new URL('../../../api/src/main.ts', import.meta.url)),
  controller: fileURLToPath(new URL('../../../controller/src/main.ts', import.meta.url)),
  supervisor: fileURLToPath(new URL('../../../worker/src/supervisor.ts', import.meta.url)),
  calibrate: fileURLToPath(new URL('../../../worker/src/calibrate.ts', import.meta.url)),
  demo: fileURLToPath(new URL('../../../demo/src/main.ts', import.meta.url)),
};
const host = '127.0.0.1';

/** The first start of a database or of an unprepared machine is slow, and slower beside other work. */
const readyWithinMs = 60_000;
/** A past of a thousand nodes is written in seconds, by a machine that has nothing else to do. */
const pastWithinMs = 300_000;
/** How long a database of somebody else's is waited for at the start; later, as long as the API does by itself. */
const externalDatabaseSeconds = 5;
/** Until when each may take to end by itself, counted from the first signal: before 10 s nothing is left. */
const endsByMs = { controller: 700, gangs: 6000, api: 7500, keepers: 9000, rest: 9500 };
/** For the last questions to the API, once the gangs are gone. */
const lastLookMs = 500;
/** The same for one that is only started again. */
const restartGraceMs = 3000;

export function createProduct({ environment, self, port, demo, onNote }: ProductOptions): Product {
  const { home } = environment;
  const kept = new Map<string, KeptService>();
  const failed = Promise.withResolvers<Error>();
  const addresses: { database?: string; redis?: string; api?: string } = {
    ...(environment.databaseUrl === undefined ? {} : { database: environment.databaseUrl }),
    ...(environment.redisUrl === undefined ? {} : { redis: environment.redisUrl }),
  };
  // Kept in no file. An API that is started again knows it, so that what was printed stays true.
  const signInKey = randomBytes(32).toString('base64url');
  let stoppingSinceMs: number | undefined;

  /** What is left of the time until then; an order is given even when there is none. */
  const until = (endsAtMs: number) =>
    stoppingSinceMs === undefined ? restartGraceMs : Math.max(100, stoppingSinceMs + endsAtMs - performance.now());

  const keep = (name: string, start: Parameters<typeof keepRunning>[0]['start'], onReady?: (url: string | undefined) => void) => {
    if (stoppingSinceMs !== undefined) throw new Error('it is being stopped');
    const service = keepRunning({
      name,
      start,
      onReady: ({ url }) => onReady?.(url),
      onDied: (how) => onNote(`the ${name} ${how}; starting it again`),
      onGaveUp: failed.resolve,
    });
    kept.set(name, service);
    return service;
  };

  const runProgram = (
    role: string,
    program: string,
    variables: Record<string, string>,
    rest: Pick<ProgramOptions, 'graceMs'> & Partial<ProgramOptions>,
  ) =>
    startProgram({
      home,
      role,
      program,
      environment: programEnvironment(environment, variables),
      readyWithinMs,
      ownsGroup: true,
      ...rest,
    });

  /** An embedded server. Those who use it are told when it came back under another address, by being started again. */
  const keepServer = (address: 'database' | 'redis', name: 'postgres' | 'redis', portVariable: string) => {
    if (addresses[address] !== undefined) return Promise.resolve();
    const start = () => {
      const before = addresses[address];
      return runProgram(`${name}-keeper`, programs[name], before === undefined ? {} : { [portVariable]: new URL(before).port }, {
        graceMs: () => until(endsByMs.keepers),
        // The server itself has a record of its own and is not to be killed with its keeper, but stopped or adopted by the next.
        ownsGroup: false,
      });
    };
    return keep(`${name}-keeper`, start, (url) => {
      const moved = addresses[address] !== undefined && addresses[address] !== url;
      if (url !== undefined) addresses[address] = url;
      if (moved) for (const user of ['api', 'controller', 'demo']) kept.get(user)?.restart();
    }).ready;
  };

  const servers = () => ({ DATABASE_URL: addresses.database!, REDIS_URL: addresses.redis! });

  const keepApi = async () => {
    for (let wanted = port; ; wanted++) {
      const chosen = await freePort(wanted, host);
      const start = () => {
        const impatient = environment.databaseUrl !== undefined && addresses.api === undefined;
        const variables = {
          ...servers(),
          MASSIF_PORT: String(chosen),
          MASSIF_EXCLUSIVE: '1',
          MASSIF_SIGN_IN_KEY: signInKey,
          ...apiVariables(demo),
          ...(impatient ? { MASSIF_DATABASE_WAIT_SECONDS: String(externalDatabaseSeconds) } : {}),
        };
        return runProgram('api', programs.api, variables, { graceMs: () => until(endsByMs.api), onNote });
      };
      try {
        await keep('api', start, (url) => (addresses.api = url ?? `http://${host}:${chosen}`)).ready;
        if (chosen !== port) onNote(`port ${port} is taken; using ${chosen}`);
        return;
      } catch (error) {
        // Somebody may have taken the port after we had looked.
        if (stoppingSinceMs !== undefined || (await freePort(chosen, host)) === chosen) throw error;
      }
    }
  };

  const keepController = () => {
    const run = (program: string) => JSON.stringify([process.execPath, program]);
    const start = () =>
      runProgram(
        'controller',
        programs.controller,
        {
          ...servers(),
          MASSIF_URL: addresses.api!,
          ...(demo
            ? controllerVariables(demo)
            : { MASSIF_SUPERVISOR_COMMAND: run(programs.supervisor), MASSIF_CALIBRATE_COMMAND: run(programs.calibrate) }),
        },
        { graceMs: () => until(endsByMs.controller) },
      );
    return keep('controller', start).ready;
  };

  /** Before the controller: it goes on with the jobs that run in a demo's past. */
  const keepDemo = (made: Demo) => {
    const start = () => {
      const variables = { ...demoVariables(made), DATABASE_URL: addresses.database!, MASSIF_URL: addresses.api! };
      return runProgram('demo', programs.demo, variables, { graceMs: () => until(endsByMs.controller), readyWithinMs: pastWithinMs });
    };
    return keep('demo', start).ready;
  };

  const stopAll = async (...names: string[]) => {
    await Promise.all(names.map(async (name) => await kept.get(name)?.stop()));
  };

  return {
    failed: failed.promise,
    start: async () => {
      onNote(describeStart(environment));
      try {
        await Promise.all([
          keep('guardian', () => startGuardian({ home, watched: self, environment: programEnvironment(environment, {}) })).ready,
          keepServer('database', 'postgres', 'MASSIF_POSTGRES_PORT'),
          keepServer('redis', 'redis', 'MASSIF_REDIS_PORT'),
        ]);
        await keepApi();
        if (demo) await keepDemo(demo);
        await keepController();
        const url = addresses.api!;
        return { url, dashboard: `${url}/?key=${signInKey}` };
      } catch (cause) {
        // What is no fault of ours has a code that says so.
        throw cause instanceof AppError ? cause : new AppError('internal', (cause as Error).message, { cause });
      }
    },
    stop: async (lastLook) => {
      stoppingSinceMs ??= performance.now();
      // First who would start more gangs; the API must still take the checkpoints of those that run.
      await stopAll('controller', 'demo');
      const gangs = readRunRecords(home).filter((record) => record.role === 'supervisor' && isAlive(record));
      await Promise.all(gangs.map((gang) => stopProcess(gang, { graceMs: until(endsByMs.gangs), group: true })));
      if (lastLook && addresses.api !== undefined) await Promise.race([lastLook().catch(() => {}), delay(lastLookMs)]);
      await stopAll('api');
      await stopAll('redis-keeper', 'postgres-keeper');
      const guardian = kept.get('guardian');
      const left = await endEverything(home, { withinMs: until(endsByMs.rest), except: ['guardian'] });
      if (left.length > 0) onNote(`could not be ended: ${left.map(({ role, pid }) => `${role} (process ${pid})`).join(', ')}`);
      await guardian?.stop();
    },
  };
}
