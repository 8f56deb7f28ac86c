import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const pidFile = (data: string) => join(data, 'postmaster.pid');

/** What a postmaster says of itself in its data directory: its pid in the first line, its status in the eighth. */
export function readPostmaster(data: string): { pid: number; ready: boolean } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFile(data), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
}

/**
 * Stops a postmaster that somebody left behind in this data directory, and forgets one that is gone. A pid may belong to
 * another program by now: only a process that was started with this directory is touched.
 */
export async function clearPostmaster(data: string): Promise<void> {
  const left = readPostmaster(data);
  if (left && servesDirectory(left.pid, data)) {
    // Fast shutdown; then without a checkpoint, which the next start makes up for; then nothing is asked any more.
    for (const [signal, withinMs] of [
      ['SIGINT', 5000],
      ['SIGQUIT', 3000],
      ['SIGKILL', 3000],
    ] as const) {
      try {
        process.kill(left.pid, signal);
      } catch {
        break;
      }
      if (await until(() => !servesDirectory(left.pid, data), withinMs)) break;
    }
  }
  // PostgreSQL would refuse to start when the pid in it is somebody else's now.
  rmSync(pidFile(data), { force: true });
}

function servesDirectory(pid: number, data: string): boolean {
  return commandOf(pid).includes(data);
}

/** Words of a process's command line; empty for one that is gone. */
function commandOf(pid: number): string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const line = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // The directory may hold blanks: everything between `-D` and the next option is one word.
    return line.split(/ -\w /).map((word) => word.trim());
  } catch {
    return [];
  }
}

/** Looks often; false when `condition` did not hold in time. */
export async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
