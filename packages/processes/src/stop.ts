import { groupIsGone, groupMembers } from './group.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';

export interface StopOptions {
  /** How long it may take to end by itself after SIGTERM; 0: SIGKILL at once. */
  graceMs: number;
  /** It leads a process group of its own, all of which ends with it: SIGTERM to the leader, SIGKILL to every member. */
  group?: boolean;
}

const lookEveryMs = 20;
/** A killed process is gone within milliseconds; one in uninterruptible sleep (a dead disk) may never be. */
const killedWithinMs = 5000;

/**
 * Ends a process, whether or not it is a child of ours, and resolves when it is gone, with its group if asked.
 * @returns whether everything is gone
 */
export async function stopProcess(identity: ProcessIdentity, { graceMs, group = false }: StopOptions): Promise<boolean> {
  const gone = () => (group ? groupIsGone(identity) : !isAlive(identity));
  if (gone()) return true;
  // A group without its leader has nobody who could end it in order.
  if (graceMs > 0 && isAlive(identity)) {
    signal(identity.pid, 'SIGTERM');
    await until(() => !isAlive(identity), graceMs);
  }
  if (isAlive(identity)) signal(identity.pid, 'SIGKILL');
  if (group && groupMembers(identity).length > 0) signal(-identity.pid, 'SIGKILL');
  return await until(gone, killedWithinMs);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}

async function until(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return true;
}
