import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const massif = fileURLToPath(new URL('../../bin/massif.mjs', import.meta.url));

export interface Product {
  url: string;
  /** What it prints for a browser to open. */
  dashboard: string;
  token: string;
  home: string;
  process: ChildProcess;
  /** Everything it has printed on standard output so far. */
  output(): string;
  /** Ends it, as Ctrl-C does if nothing else is said; resolves with its exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** How somebody calls the command: by default that of this checkout. */
export interface Place {
  command: [string, ...string[]];
  cwd: string;
  environment: NodeJS.ProcessEnv;
}

/** Environment of a user's shell, with the state in a directory of the test's own. */
function environmentFor(home: string): NodeJS.ProcessEnv {
  const { MASSIF_URL, MASSIF_TOKEN, DATABASE_URL, REDIS_URL, NODE_OPTIONS, VITEST, ...rest } = process.env;
  return { ...rest, MASSIF_HOME: home };
}

const inCheckout = (home: string): Place => ({
  command: [process.execPath, massif],
  cwd: process.cwd(),
  environment: environmentFor(home),
});

/** Starts `massif up` and waits until it says that it is ready. */
export async function startProduct(
  home: string,
  {
    arguments: extra = [],
    variables = {},
    place = inCheckout(home),
    installation = home,
    timeoutMs = 60_000,
  }: {
    arguments?: string[];
    variables?: Record<string, string>;
    place?: Place;
    /** Where it keeps its state, if not there. */ installation?: string;
    timeoutMs?: number;
  } = {},
): Promise<Product> {
  const [program, ...words] = place.command;
  const child = spawn(program, [...words, 'up', ...extra], {
    cwd: place.cwd,
    env: { ...place.environment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ready = await until(() => /massif: dashboard at (http:\S+)\n/.exec(stdout)?.[1], {
    timeoutMs,
    what: 'the product to be ready',
    unless: () => (child.exitCode === null ? undefined : `it exited with ${child.exitCode}:\n${stdout}${stderr}`),
  }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  return {
    url: new URL(ready).origin,
    dashboard: ready,
    token: readFileSync(join(installation, 'admin.token'), 'utf8').trim(),
    home: installation,
    process: child,
    output: () => stdout,
    stop: async (signal = 'SIGINT') => {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = new Promise((resolve) => child.once('exit', resolve));
        child.kill(signal);
        await exited;
      }
      return child.exitCode;
    },
  };
}

/** Runs a `massif` command to its end. */
export async function runMassif(
  home: string,
  commandArguments: string[],
  { cwd, variables = {}, place = inCheckout(home) }: { cwd?: string; variables?: Record<string, string>; place?: Place } = {},
) {
  const [program, ...words] = place.command;
  const child = spawn(program, [...words, ...commandArguments], {
    env: { ...place.environment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: cwd ?? place.cwd,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

export interface FoundProcess {
  pid: number;
  command: string;
}

/**
 * Every live process that belongs to an installation, found without its help: by MASSIF_HOME in the environment, or the
 * directory on the command line (PostgreSQL and Valkey have no such environment).
 */
export function processesOf(home: string): FoundProcess[] {
  const found: FoundProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
      const state = /\)\s(\w)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8'))?.[1];
      if (state !== 'Z' && (command.includes(home) || environment.includes(`MASSIF_HOME=${home}`)))
        found.push({ pid: Number(entry), command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Live processes of a role, from the records that the product keeps. */
export function pidsOfRole(home: string, role: string): number[] {
  const directory = join(home, 'run');
  return readdirSync(directory).flatMap((file) => {
    try {
      const record = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { pid: number; role: string };
      return record.role === role && processIsAlive(record.pid) ? [record.pid] : [];
    } catch {
      return [];
    }
  });
}

function processIsAlive(pid: number): boolean {
  try {
    return !/\)\sZ/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
