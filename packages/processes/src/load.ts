import { readFileSync } from 'node:fs';
import { hasProc } from './identity.ts';

/** What a process has used. */
export interface ProcessLoad {
  /** Of all its threads, since it began. */
  cpuMs: number;
  /** In memory now. */
  residentBytes: number;
}

/** What the kernel counts in for everybody, whatever its own clock: USER_HZ. */
const ticksPerSecond = 100;

/** Undefined for a process that has ended, and where there is no /proc: asking `ps` every second would cost more than it tells. */
export function processLoad(pid: number): ProcessLoad | undefined {
  if (!hasProc) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold anything, follows field 3; user and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // A zombie has no memory.
    if (resident === undefined) return undefined;
    return { cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond, residentBytes: Number(resident) * 1024 };
  } catch {
    return undefined;
  }
}
