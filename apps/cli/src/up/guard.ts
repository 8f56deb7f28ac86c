import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processIdentity, removeRunRecord, writeRunRecord, type ProcessIdentity } from '@massif/processes';
import type { ProgramProcess } from './child.ts';
import { logFile } from './home.ts';

const guardianProgram = fileURLToPath(new URL('guardian.ts', import.meta.url));

/** Its last words: `massif up` ends in order, nothing is to be done. */
const dismissal = { type: 'dismiss' };

export interface GuardOptions {
  home: string;
  /** Whose death it waits for. */
  watched: ProcessIdentity;
  environment: NodeJS.ProcessEnv;
}

/** Starts the guardian, which outlives `massif up` when that is killed. It leaves only when it is dismissed, never by a signal to the terminal's group. */
export function startGuardian({ home, watched, environment }: GuardOptions): ProgramProcess {
  const log = openSync(logFile(home, 'guardian'), 'a', 0o600);
  const child = spawn(process.execPath, [guardianProgram, home, JSON.stringify(watched)], {
    cwd: home,
    detached: true,
    env: environment,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
  if (identity) writeRunRecord(home, { ...identity, role: 'guardian' });
  const { promise: exited, resolve } = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<Record<string, never>>();
  ready.promise.catch(() => {});
  const ended = (how: string) => {
    if (identity) removeRunRecord(home, identity);
    ready.reject(new Error(`the guardian ${how} before it was ready; its log is ${logFile(home, 'guardian')}`));
    resolve(how);
  };
  child.on('message', () => ready.resolve({}));
  child.on('exit', (code, signal) => ended(signal ? `was killed by ${signal}` : `exited with status ${code}`));
  child.on('error', (error) => ended(`could not be started: ${error.message}`));
  return {
    ready: ready.promise,
    exited,
    stop: async () => {
      if (child.connected) child.send(dismissal, () => {});
      const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
      await exited;
      clearTimeout(timer);
    },
  };
}
