import { readdirSync } from 'node:fs';
import { bootId, hasProc, isAlive, processIdentity, ps, readStat, type ProcessIdentity } from './identity.ts';

/**
 * Pids of the live members of the process group that `leader` leads or led, itself included.
 * A group outlives its leader, and the kernel gives the leader's pid to nobody while a member is left; so when that pid
 * belongs to another process now, the group is gone. Long after its leader's death its number may name a group of strangers:
 * who looks that late also asks `hasEnvironment`.
 */
export function groupMembers(leader: ProcessIdentity): number[] {
  // Nothing outlives a boot. Where the boot is unknown, the start time alone must do.
  if (hasProc && leader.bootId !== bootId()) return [];
  if (processIdentity(leader.pid) && !isAlive(leader)) return [];
  return groupOfPid(leader.pid);
}

/** Whether neither the leader nor any member of its group is left. */
export function groupIsGone(leader: ProcessIdentity): boolean {
  return !isAlive(leader) && groupMembers(leader).length === 0;
}

function groupOfPid(group: number): number[] {
  if (hasProc) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && readStat(Number(name))?.group === group)
      .map(Number);
  }
  return ps(['-A', '-o', 'pid=,pgid=,stat='])
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, pgid, state]) => Number(pgid) === group && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid));
}
