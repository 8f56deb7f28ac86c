import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { makeDirectory, processIdentity, replaceFile, writeRunRecord, type RunRecord } from '@massif/processes';
import type { GangLaunch } from '../port.ts';
import { claimAttempt } from './claim.ts';
import { assignmentFile, claimFile, supervisorLog, type AttemptDirectories } from './directories.ts';

export interface StartOptions {
  directories: AttemptDirectories;
  gang: GangLaunch;
  /** Program and leading arguments; the path of the assignment is appended. */
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** This call has started it. */
  onStarted(record: RunRecord): void;
  onExit(how: string): void;
}

/**
 * Waits for a line before it becomes the command, and ends when its input is closed instead. So between "started" and
 * "known to everyone" there is nothing to lose: if we die there, it goes with us. The process keeps its pid, start time and
 * group when it becomes the command.
 */
const waitForWord = 'read -r word || exit 75; exec "$@" </dev/null';

/**
 * Starts the supervisor of an attempt in a process group of its own, unless one was ever started for it.
 * Resolves when it has been recorded and given the word to begin.
 */
export async function startSupervisor({ directories, gang, command, environment, onStarted, onExit }: StartOptions): Promise<void> {
  if (existsSync(claimFile(directories))) return;
  makeDirectory(directories.attempt);
  replaceFile(assignmentFile(directories), JSON.stringify({ ...gang.assignment, devices: gang.devices, directories }, undefined, 2));

  const log = openSync(supervisorLog(directories), 'a', 0o600);
  const child = spawn('/bin/sh', ['-c', waitForWord, 'sh', ...command, assignmentFile(directories)], {
    cwd: directories.attempt,
    detached: true,
    env: environment,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const word = child.stdin!;
  // Without a listener, a child that ends before it was given the word would end us.
  word.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

  const identity = processIdentity(child.pid!);
  if (!identity || !claimAttempt(directories, identity)) {
    word.destroy();
    return;
  }
  const record: RunRecord = { ...identity, role: 'supervisor', jobId: gang.jobId, attempt: gang.attempt };
  child.once('exit', (code, signal) => onExit(signal ? `was killed by ${signal}` : `exited with status ${code}`));
  writeRunRecord(directories.home, record);
  onStarted(record);
  word.end('begin\n');
  child.unref();
}
