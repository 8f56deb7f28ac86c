import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const hasProc = process.platform === 'linux';

/**
 * A process, known by pid and start time because pids are reused; started is '' when there is no such process.
 * @typedef {{ pid: number, started: string }} ProcessIdentity
 */

/**
 * @param {number} pid
 * @returns {ProcessIdentity}
 */
export function identify(pid) {
  if (hasProc) return { pid, started: readStat(pid)?.started ?? '' };
  try {
    return { pid, started: execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() };
  } catch {
    return { pid, started: '' };
  }
}

/**
 * Sends a signal to every process of a group.
 * @param {number} group
 * @param {NodeJS.Signals | 0} signal 0: only asks
 * @returns {boolean} whether a live process is left in it. Zombies are not: an init that never reaps them would keep them forever
 */
export function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch {
    return false;
  }
  return !hasProc || readdirSync('/proc').some((name) => /^\d+$/.test(name) && readStat(Number(name))?.group === group);
}

/**
 * Fields 5 and 22 of /proc/PID/stat; undefined for a process that has ended, zombies included.
 * @param {number} pid
 */
function readStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may itself hold blanks and brackets.
    const [state, , group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { group: Number(group), started: rest[16] ?? '' };
  } catch {
    return undefined;
  }
}
