import type { ChildProcess } from 'node:child_process';

export interface ChildServer {
  pid: number;
  exited: Promise<string>;
  stop(): Promise<void>;
}

/** How long a server may take to end before it is killed; it has nothing that anybody relies on. */
const stopWithinMs = 2000;

/** A server process that is our child: how it ended, and how to end it. @throws never; a program that cannot run has "ended" */
export function childServer(child: ChildProcess, signal: NodeJS.Signals): ChildServer {
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(by ? `was killed by ${by}` : `exited with status ${code}`));
  });
  return {
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
