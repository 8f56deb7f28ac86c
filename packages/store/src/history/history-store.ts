import type { PastJob } from './past-job.ts';
import type { UsageSample } from '../rows.ts';

/** For installations that begin with a past: of another one, or a made-up one. */
export interface HistoryStore {
  /** Writes jobs with all that happened to them, in one transaction. Nobody is woken: not for a database that is in use. */
  write(jobs: readonly PastJob[]): Promise<void>;
  /** Writes how much the cluster was used, at distances of `usageEveryMs`. */
  writeUsage(samples: readonly UsageSample[]): Promise<void>;
}
