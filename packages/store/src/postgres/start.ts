import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '@massif/contracts';
import pg from 'pg';
import { toStoreError } from '../database/errors.ts';
import { ensureCluster, owner, placesOf } from './cluster.ts';
import { freePort, isFree } from './port.ts';
import { clearPostmaster, readPostmaster, until } from './postmaster.ts';
import { findIdentity, findPrograms, type Identity, type Programs } from './programs.ts';

export interface StartPostgres {
  /** Data, password, port and log lie here; made when missing. Nobody else may use it. */
  directory: string;
  /** The port to take unless somebody else listens there; default: that of the last start. Otherwise any that is free. */
  port?: number;
  /** False for data that may be lost with the machine: tests. */
  durable?: boolean;
  /** Told the pid as soon as there is one, for whoever must end the server when this process dies before it is ready. */
  onSpawn?(pid: number): void;
}

export interface RunningPostgres {
  /** `postgresql://massif:PASSWORD@127.0.0.1:PORT/massif`; the database exists. */
  url: string;
  /** Of the postmaster, which leads a process group of its own. */
  pid: number;
  /** Resolves with a sentence when the server has ended, for whatever reason. */
  exited: Promise<string>;
  /** Ends all connections and the server; resolves when it is gone. */
  stop(): Promise<void>;
}

const startWithinMs = 60_000;
/** A restart replays what the last checkpoint did not hold. */
const logBytesMax = 16 * 2 ** 20;
/** Processes of a server that was killed need a moment to see it, and hold its shared memory so long. */
const leftoversWithinMs = 10_000;
const portTries = 5;

/**
 * Starts PostgreSQL from npm, reachable only from this machine and only with the password. A server that was left behind
 * in this directory is stopped first. The new one neither keeps this process alive nor ends with it: call `stop`.
 * @throws AppError `service_unavailable` with the end of the server's log when it does not start
 */
export async function startPostgres({ directory: given, port, durable = true, onSpawn }: StartPostgres): Promise<RunningPostgres> {
  const directory = resolve(given);
  const programs = findPrograms();
  const identity = await findIdentity();
  const places = placesOf(directory);
  if (existsSync(places.data)) await clearPostmaster(places.data);
  let password: string;
  try {
    password = await ensureCluster(directory, { programs, identity, durable });
  } catch (cause) {
    throw new AppError('service_unavailable', `PostgreSQL's directory ${directory} could not be made: ${textOf(cause)}`, { cause });
  }

  const deadline = performance.now() + leftoversWithinMs;
  for (let tries = 0; ;) {
    const chosen = await choosePort(port ?? lastPort(places.port));
    const server = await launch({ directory, port: chosen, durable, programs, identity, onSpawn });
    if (server.started) {
      writeFileSync(places.port, String(chosen), { mode: 0o600 });
      const url = `postgresql://${owner}:${encodeURIComponent(password)}@127.0.0.1:${chosen}/${owner}`;
      try {
        await ensureDatabase(url);
      } catch (error) {
        await server.stop();
        throw toStoreError(error);
      }
      return { url, pid: server.pid, exited: server.exited, stop: server.stop };
    }
    const taken = /address already in use/i.test(server.log);
    const leftovers = /shared memory block .* is still in use|lock file "postmaster.pid" already exists/i.test(server.log);
    // Somebody took the port after we had looked.
    if (taken && ++tries < portTries) continue;
    if (!leftovers || performance.now() > deadline)
      throw new AppError('service_unavailable', `PostgreSQL did not start: ${server.log.trim() || server.reason}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function lastPort(file: string): number | undefined {
  const port = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

async function choosePort(wanted: number | undefined): Promise<number> {
  return wanted !== undefined && (await isFree(wanted)) ? wanted : await freePort();
}

type Launched =
  | { started: true; pid: number; exited: Promise<string>; stop(): Promise<void> }
  | { started: false; log: string; reason: string };

/** Starts the server once and waits until it takes connections or has ended. */
async function launch({
  directory,
  port,
  durable,
  programs,
  identity,
  onSpawn,
}: {
  directory: string;
  port: number;
  durable: boolean;
  programs: Programs;
  identity: Identity;
  onSpawn: StartPostgres['onSpawn'];
}): Promise<Launched> {
  const { data, log } = placesOf(directory);
  if (existsSync(log) && statSync(log).size > logBytesMax) rmSync(log);
  const logFile = openSync(log, 'a', 0o600);
  const logStart = statSync(log).size;
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_wal_size: '512MB',
    // Nobody replicates an embedded server.
    wal_level: 'minimal',
    max_wal_senders: '0',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const [program, ...programArguments] = [
    ...identity.prefix,
    programs.postgres,
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  // A session of its own: Ctrl-C in a terminal is for whoever looks after it, who stops it last.
  const child = spawn(program!, programArguments, {
    env: programs.environment,
    cwd: directory,
    detached: true,
    stdio: ['ignore', logFile, logFile],
    ...identity.user,
  });
  closeSync(logFile);
  child.unref();
  if (child.pid !== undefined) onSpawn?.(child.pid);
  let ended: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `exited with status ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  void exited.then((reason) => (ended = reason));
  const isReady = () => {
    const postmaster = readPostmaster(data);
    return postmaster?.pid === child.pid && postmaster?.ready === true;
  };
  const stop = async () => {
    // Fast shutdown; without a checkpoint when that takes too long.
    for (const [signal, withinMs] of [
      ['SIGINT', 1000],
      ['SIGQUIT', 1000],
    ] as const) {
      child.kill(signal);
      if (await until(() => ended !== undefined, withinMs)) return;
    }
    child.kill('SIGKILL');
    await until(() => ended !== undefined, 2000);
  };
  await until(() => ended !== undefined || isReady(), startWithinMs);
  if (ended === undefined && isReady()) return { started: true, pid: child.pid!, exited, stop };
  const reason = ended ?? `it was not ready after ${startWithinMs / 1000} s`;
  if (ended === undefined) await stop();
  return { started: false, log: readFileSync(log).subarray(logStart).toString('utf8'), reason };
}

async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [owner]);
    if (rowCount === 0) await client.query(`create database ${owner}`);
  } finally {
    await client.end();
  }
}

function textOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: unknown; message?: unknown };
  return String(stderr || message || error).trim();
}
