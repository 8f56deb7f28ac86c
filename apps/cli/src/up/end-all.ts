import { groupMembers, hasEnvironment, isAlive, readRunRecords, removeRunRecord, type RunRecord } from '@massif/processes';

export interface EndOptions {
  /** After it, what is left was sent SIGKILL and will not go (a process in uninterruptible sleep). */
  withinMs: number;
  /** Not these roles. */
  except?: readonly string[];
}

/** How those that keep data are asked to leave; everything else is killed at once. `fast shutdown` of PostgreSQL is SIGINT. */
const asked = new Map<string, NodeJS.Signals>([
  ['postgres', 'SIGINT'],
  ['redis', 'SIGTERM'],
  ['postgres-keeper', 'SIGTERM'],
  ['redis-keeper', 'SIGTERM'],
]);

const lookEveryMs = 25;
/** Share of the time after which data keepers are killed too. */
const patience = 0.6;

/**
 * Ends everything that the run records of an installation name, and what is left of their process groups: the way out when
 * nobody can stop things in order. A `massif up` that lives is never touched, nor a process that only has the pid of a record.
 * @returns what could not be ended
 */
export async function endEverything(home: string, { withinMs, except = [] }: EndOptions): Promise<RunRecord[]> {
  const beganAtMs = performance.now();
  const told = new Set<string>();
  for (;;) {
    const waitedMs = performance.now() - beganAtMs;
    const left: RunRecord[] = [];
    // Read again each time: until all are dead they may start more.
    for (const record of readRunRecords(home)) {
      if (record.pid === process.pid || except.includes(record.role) || (record.role === 'up' && isAlive(record))) continue;
      const pids = pidsOf(home, record);
      if (pids.length === 0) {
        removeRunRecord(home, record);
        continue;
      }
      left.push(record);
      const name = asked.get(record.role);
      if (name === undefined || waitedMs > patience * withinMs) for (const pid of pids) signal(pid, 'SIGKILL');
      else if (isAlive(record) && !told.has(`${record.pid} ${record.startTicks}`)) {
        told.add(`${record.pid} ${record.startTicks}`);
        signal(record.pid, name);
      }
    }
    if (left.length === 0 || waitedMs > withinMs) return left;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** The process of a record and its group. Once the leader is dead, members must also carry the name of this installation. */
function pidsOf(home: string, record: RunRecord): number[] {
  const members = groupMembers(record);
  if (!isAlive(record)) return members.filter((pid) => hasEnvironment(pid, 'MASSIF_HOME', home));
  // PostgreSQL's and Valkey's own processes end with them; others of the group have records of their own.
  return asked.has(record.role) ? [record.pid] : [...new Set([record.pid, ...members])];
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
