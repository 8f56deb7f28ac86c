import type { AddressInfo } from 'node:net';
import { AppError } from '@massif/contracts';
import { lossyOutput, makeDirectory } from '@massif/processes';
import { openQueue } from '@massif/queue';
import { connectFailure, migrate, openStore, placeOfDatabase, type Store } from '@massif/store';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import type { ApiEnvironment } from './env.ts';
import { createPlannerPool } from './planning/pool.ts';
import { keepAdminToken } from './services/admin-token.ts';
import { claimDatabase, type Claim } from './services/claim.ts';
import { warnWithoutRedis } from './services/redis-warning.ts';

export interface Server {
  /** Where it listens: `http://127.0.0.1:PORT`. */
  url: string;
  /** Answers what it has begun to read, then closes everything; takes at most `closeWithinMs`. */
  close(): Promise<void>;
}

/** What is not closed by then is cut off: whoever started us kills after a little more. */
const closeWithinMs = 2500;
export interface ServerEvents {
  /** A remark for whoever started us. */
  onNote(text: string): void;
  /** It cannot go on: the database was taken by another installation. */
  onLost(error: AppError): void;
}

const databaseTryEveryMs = 200;

const planning = { threads: 2, timeoutMs: 10_000, waitingMax: 2000, cacheMax: 1000 };

/**
 * Builds every adapter from the environment, makes the database and the administrator's token good, and listens.
 * @throws AppError saying what is wrong with the address of the database; `conflict` when another installation holds it
 */
export async function startServer(environment: ApiEnvironment, { onNote, onLost }: ServerEvents): Promise<Server> {
  const { home, databaseUrl, redisUrl, host, port, dataRoots, uploadBytesMax, signInKey, dashboard, demo, logLevel } = environment;
  const logger = pino({ level: logLevel, base: { service: 'api' }, timestamp: pino.stdTimeFunctions.isoTime }, lossyOutput());
  makeDirectory(home);
  const store = openStore({ databaseUrl, applicationName: 'massif-api' });
  const queue = openQueue({ redisUrl, onError: (error) => logger.warn({ err: error }, 'trouble with Redis') });
  let claim: Claim | undefined;
  const planner = createPlannerPool(planning);
  const closeAdapters = async () => {
    // First, so that another installation need not wait.
    await claim?.release().catch(() => {});
    await Promise.allSettled([store.close(), queue.close(), planner.close()]);
  };
  const claimed = () => claimDatabase({ lease: store.lease, home, place: placeOfDatabase(databaseUrl), onLost });
  const waiting = (error: AppError) => {
    logger.warn({ err: error }, 'waiting for the database');
    onNote(`${error.message}; waiting for it`);
  };
  try {
    await whileUnavailable({ withinMs: environment.databaseWaitMs, onWait: waiting }, async () => {
      await connected(store, databaseUrl);
      // Before anything of it is changed. One that was never migrated belongs to nobody.
      if (environment.exclusive) claim ??= await claimed().catch(unlessUnmigrated);
      await migrate({ databaseUrl });
      if (environment.exclusive) claim ??= await claimed();
      await store.projects.ensureDefaults();
      await keepAdminToken(home, store.tokens);
    });
    const app = await buildApp({
      store,
      wakeups: queue,
      planner,
      config: { home, dataRoots, uploadBytesMax, signInKey, dashboard, demo },
      logger,
    });
    await app.listen({ host, port });
    const url = urlOf(app.server.address() as AddressInfo);
    logger.info({ url }, 'listening');
    void warnWithoutRedis({ queue, redisUrl, onNote });
    return {
      url,
      close: async () => {
        logger.info('closing');
        const closed = app.close().then(closeAdapters);
        if (!(await finishesWithin(closed, closeWithinMs))) {
          logger.warn('some requests were cut off');
          app.server.closeAllConnections();
        }
      },
    };
  } catch (error) {
    logger.fatal({ err: error }, 'could not start');
    await closeAdapters();
    throw error;
  }
}

/** @throws AppError naming the variable */
async function connected(store: Store, databaseUrl: string): Promise<void> {
  await store.ping().catch((error: unknown) => {
    const { code, message, cause } = connectFailure(error, databaseUrl);
    throw new AppError(code, `DATABASE_URL: ${message}`, { cause });
  });
}

/** What PostgreSQL calls a table that is not there. */
const undefinedTable = '42P01';

function unlessUnmigrated(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== undefinedTable) throw error;
}

/** Tries again while the database cannot be reached. @throws what `attempt` throws otherwise, or at the end */
async function whileUnavailable(
  { withinMs, onWait }: { withinMs: number; /** Told once. */ onWait(error: AppError): void },
  attempt: () => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (let tried = 0; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'service_unavailable' || performance.now() > deadline) throw error;
      if (tried === 0) onWait(error);
      await new Promise((resolve) => setTimeout(resolve, databaseTryEveryMs));
    }
  }
}

/** An address of every interface is reached over the loopback one. */
function urlOf({ address, family, port }: AddressInfo): string {
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

async function finishesWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  work.then(
    () => resolve(true),
    () => resolve(true),
  );
  return promise.finally(() => clearTimeout(timer));
}
