import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, for as long as it lives and for ever after: pids are reused, within a boot and after it. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat (clock ticks since boot); where there is no /proc, the start time that `ps` prints. */
  startTicks: string;
  /** The boot that `startTicks` counts from; '' where `startTicks` is a date. */
  bootId: string;
}

export const hasProc = process.platform === 'linux';

/** Who has this pid now; undefined when nobody does, or only a zombie. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (hasProc) {
    const stat = readStat(pid);
    return stat && { pid, startTicks: stat.startTicks, bootId: bootId() };
  }
  const [state, ...started] = ps(['-o', 'stat=,lstart=', '-p', String(pid)])
    .trim()
    .split(/\s+/);
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : { pid, startTicks: started.join(' '), bootId: '' };
}

/** Whether this very process, not another one that was given its pid, still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = processIdentity(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Group and start of a process from /proc; undefined for one that has ended, zombies included. */
export function readStat(pid: number): { group: number; startTicks: string } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the name in brackets and may itself hold blanks and brackets; what follows starts with field 3.
  const [state, , group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : { group: Number(group), startTicks: rest[16] ?? '' };
}

/**
 * Whether a process was started with this variable in its environment; of a process of another user nobody can tell: false.
 * Tells ours from strangers where a pid alone cannot: in a group whose leader is gone.
 */
export function hasEnvironment(pid: number, name: string, value: string): boolean {
  const entry = `${name}=${value}`;
  // Where there is no /proc, `ps` prints the environment behind the command, parted by blanks.
  if (!hasProc) return ` ${ps(['eww', '-o', 'command=', '-p', String(pid)]).trim()} `.includes(` ${entry} `);
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(entry);
  } catch {
    return false;
  }
}

/** Output of `ps`, '' when it found nothing. */
export function ps(psArguments: string[]): string {
  try {
    return execFileSync('ps', psArguments, {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
