import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { AppError, isErrorCode } from '@massif/contracts';
import { processIdentity, removeRunRecord, stopProcess, writeRunRecord } from '@massif/processes';
import { logFile } from './home.ts';
import { openLog } from './log.ts';

/** A running program of the product, started by `massif up`. */
export interface ProgramProcess {
  /** What the program said when it was ready; rejects with a sentence when it ends before, says why it cannot, or takes too long. */
  ready: Promise<{ url?: string }>;
  /** Resolves with a sentence when the process has ended, for whatever reason. */
  exited: Promise<string>;
  /** Why it is of no use to start it again, if it said so. */
  hopeless?(): AppError | undefined;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  home: string;
  /** In its run record, and the name of its log. */
  role: string;
  program: string;
  arguments?: string[];
  environment: NodeJS.ProcessEnv;
  readyWithinMs: number;
  /** How long the process may take to end by itself after SIGTERM; asked when it is stopped. */
  graceMs(): number;
  /** What it started in its own group is ended with it, also when it dies by itself. */
  ownsGroup: boolean;
  /** Told what the program has to say to people. */
  onNote?(text: string): void;
}

/** What a program says to `massif up` over its IPC channel. */
type Message =
  | { type: 'ready'; url?: string }
  | { type: 'note'; text: string }
  | { type: 'failed'; message: string; /** Of the catalogue, when it is no fault of the program. */ code?: string };

/**
 * Starts a program of ours under this Node, its output in a log file, the IPC channel as its lifeline. It leads a process group
 * of its own, which the Ctrl-C of a terminal does not reach: who goes first is decided by `massif up`.
 */
export function startProgram(options: ProgramOptions): ProgramProcess {
  const { home, role, program, arguments: programArguments = [], environment, graceMs, ownsGroup } = options;
  const log = openLog(logFile(home, role));
  const child = spawn(process.execPath, [program, ...programArguments], {
    cwd: home,
    detached: true,
    env: environment,
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
  });
  closeSync(log.descriptor);
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
  if (identity) writeRunRecord(home, { ...identity, role });

  const ready = Promise.withResolvers<{ url?: string }>();
  // Whoever does not wait for it learns of the end by `exited`.
  ready.promise.catch(() => {});
  const { promise: exited, resolve } = Promise.withResolvers<string>();
  let why: Error | undefined;
  let hopeless: AppError | undefined;
  const ended = (how: string) => {
    clearTimeout(timer);
    log.close();
    if (identity) {
      removeRunRecord(home, identity);
      if (ownsGroup) void stopProcess(identity, { graceMs: 0, group: true });
    }
    ready.reject(why ?? new Error(`${role} ${how} before it was ready; ${log.describe()}`));
    resolve(how);
  };
  const timer = setTimeout(() => {
    why = new Error(`${role} was not ready after ${options.readyWithinMs / 1000} s; ${log.describe()}`);
    child.kill('SIGKILL');
  }, options.readyWithinMs);
  child.on('message', (message) => {
    const said = message as Message;
    if (said.type === 'failed') {
      why = isErrorCode(said.code) ? new AppError(said.code, said.message) : new Error(`${role}: ${said.message}`);
      if (why instanceof AppError && why.code === 'conflict') hopeless = why;
    } else if (said.type === 'note') options.onNote?.(said.text);
    else if (said.type === 'ready') {
      clearTimeout(timer);
      ready.resolve(said);
    }
  });
  child.on('exit', (code, signal) => ended(signal ? `was killed by ${signal}` : `exited with status ${code}`));
  child.on('error', (error) => ended(`could not be started: ${error.message}`));

  return {
    ready: ready.promise,
    exited,
    hopeless: () => hopeless,
    stop: async () => {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs());
      await exited;
      clearTimeout(kill);
      if (identity && ownsGroup) await stopProcess(identity, { graceMs: 0, group: true });
    },
  };
}
