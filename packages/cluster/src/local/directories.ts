import { join } from 'node:path';
import type { GangRef } from '../port.ts';

/** Where an attempt's files are, under MASSIF_HOME. */
export interface AttemptDirectories {
  home: string;
  /** Of the job, over all its attempts. */
  job: string;
  /** Of this attempt alone: checkpoints, logs. */
  attempt: string;
}

export function attemptDirectories(home: string, { jobId, attempt }: GangRef): AttemptDirectories {
  const job = join(home, 'jobs', jobId);
  return { home, job, attempt: join(job, `attempt-${attempt}`) };
}

/** What the supervisor is told: its only argument is the path of this file. */
export const assignmentFile = ({ attempt }: AttemptDirectories) => join(attempt, 'attempt.json');
/** Who was started for this attempt, or that nobody ever will be. */
export const claimFile = ({ attempt }: AttemptDirectories) => join(attempt, 'process.json');
/** Standard output and error of the supervisor. */
export const supervisorLog = ({ attempt }: AttemptDirectories) => join(attempt, 'supervisor.log');
