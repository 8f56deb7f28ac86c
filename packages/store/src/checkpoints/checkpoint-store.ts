import type { Checkpoint, CheckpointFile, Page, PageQuery, Scope } from '../rows.ts';
import type { LeaseGuard } from '../jobs/job-store.ts';
import type { AttemptToken } from '../attempts/attempt-store.ts';

export interface CheckpointStore {
  /** Compare-and-set with the attempt's token; the same step again answers the first one. */
  commit(
    token: AttemptToken,
    checkpoint: { step: number; path: string; bytes: number; files: readonly CheckpointFile[] },
  ): Promise<Checkpoint>;
  /** Committed and kept, newest first. */
  list(scope: Scope, jobId: string, page?: PageQuery): Promise<Page<Checkpoint>>;
  /** What the next attempt resumes from. */
  latest(jobId: string): Promise<Checkpoint | null>;
  /** Keeps the newest `keep` on the list. @returns those whose files are to be deleted, also of earlier calls */
  expire(jobId: string, options: { keep: number; lease?: LeaseGuard }): Promise<Checkpoint[]>;
  /** Their files are deleted. */
  markRemoved(ids: readonly string[]): Promise<void>;
}
