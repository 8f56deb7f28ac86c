import { basename } from 'node:path';
import type { Heartbeat, SupervisorFile } from '@massif/contracts';
import { processIdentity, removeRunRecord, writeRunRecord, type ProcessIdentity } from '@massif/processes';

type RankReport = Heartbeat['ranks'][number];

/** What is known of the rank processes of an attempt. */
export interface Ranks {
  started(rank: number, pid: number): void;
  became(rank: number, state: RankReport['state']): void;
  /** Step `step` (from 0) is done. */
  stepped(step: number): void;
  /** Optimizer steps done. */
  step(): number;
  /** A step was done in this attempt. */
  hasStepped(): boolean;
  report(): RankReport[];
  /** The processes are gone. */
  close(): void;
}

/** Keeps the run records of the ranks, so that they are found should this process die, and what the heartbeats say of them. */
export function trackRanks({ jobId, attempt, directories: { home }, resumeFrom }: SupervisorFile): Ranks {
  const states = new Map<number, Pick<RankReport, 'pid' | 'state'>>();
  const identities: ProcessIdentity[] = [];
  const first = resumeFrom === null ? 0 : stepOfCheckpoint(resumeFrom);
  let done = first;
  return {
    started: (rank, pid) => {
      states.set(rank, { pid, state: 'starting' });
      const identity = processIdentity(pid);
      // Undefined: it has ended already.
      if (!identity) return;
      identities.push(identity);
      writeRunRecord(home, { ...identity, role: 'rank', jobId, attempt, rank });
    },
    became: (rank, state) => {
      const known = states.get(rank);
      if (known) known.state = state;
    },
    stepped: (step) => (done = step + 1),
    step: () => done,
    hasStepped: () => done > first,
    report: () => [...states].map(([rank, { pid, state }]) => ({ rank, pid, state, step: done })),
    close: () => {
      for (const identity of identities) removeRunRecord(home, identity);
    },
  };
}

/** Checkpoints are in directories named `step-N`. */
function stepOfCheckpoint(directory: string): number {
  return Number(/^step-(\d+)$/.exec(basename(directory))?.[1] ?? 0);
}
