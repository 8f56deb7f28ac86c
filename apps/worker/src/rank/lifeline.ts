import { Worker } from 'node:worker_threads';
import { processIdentity } from '@massif/processes';

/**
 * Ends this process as soon as the one that forked it is gone: when the IPC channel closes, and, should the event loop be
 * blocked just then, by a thread that looks after the parent.
 * SIGKILL rather than `exit`, which would wait for native code on libuv's threads.
 */
export function dieWithParent(): void {
  const die = () => process.kill(process.pid, 'SIGKILL');
  process.on('disconnect', die);
  const parent = processIdentity(process.ppid);
  if (!process.connected || !parent) return void die();
  const watchdog = new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: parent, execArgv: [] });
  watchdog.unref();
}
