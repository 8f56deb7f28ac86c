import type { JobEvent, Page, PageQuery, Scope } from '../rows.ts';

export interface EventStore {
  /** Events after `seq` (default 0), oldest first, at most `limit` (default 200, 1000 at most). */
  after(scope: Scope, jobId: string, options?: { seq?: number; limit?: number }): Promise<JobEvent[]>;
  /** The same as pages. */
  list(scope: Scope, jobId: string, page?: PageQuery): Promise<Page<JobEvent>>;
}

export interface MetricStore {
  /**
   * Steps that changed after sequence `seq`, in the order of their last change, each once: when it was reported, again by a later
   * attempt, or evaluated. At most `limit` changes are looked at (default 1000, 10,000 at most). `columns` are those of frames,
   * `step`, `attempt` and `time` in milliseconds since the epoch.
   */
  after(
    scope: Scope,
    jobId: string,
    options: { seq: number; columns: readonly string[]; limit?: number },
  ): Promise<{
    steps: MetricStep[];
    /** Sequence of the last change that was looked at: where to go on. */ seq: number;
    more: boolean;
  }>;
  /**
   * At most `points` of the steps from `from` to `to`, in order of steps, for a picture of them all: first, last, extremes and
   * evaluations are among them, and, unless it lies elsewhere, the step that changed last.
   */
  sample(
    scope: Scope,
    jobId: string,
    options: { columns: readonly string[]; points: number; from?: number | undefined; to?: number | undefined },
  ): Promise<MetricStep[]>;
  /** Number of the last change that there was; 0 before the first. */
  lastSeq(scope: Scope, jobId: string): Promise<number>;
  /** How many steps there are. */
  count(scope: Scope, jobId: string): Promise<number>;
}

export interface MetricStep {
  /** Of its last change. */
  seq: number;
  /** In the order of the columns asked for; null where nothing was reported. */
  values: (number | null)[];
  /** Loss on the data held back after this step, where there was an evaluation. */
  evaluationLoss: number | null;
}

export interface LogLine {
  /** Within the job; grows, with gaps where a filter left lines out. */
  seq: number;
  attempt: number;
  rank: number;
  time: Date;
  stream: string;
  line: string;
}

export interface LogStore {
  /** Lines after sequence `after`, oldest first; or the last ones before sequence `before`. */
  read(
    scope: Scope,
    jobId: string,
    options?: { after?: number; before?: number; limit?: number; rank?: number; attempt?: number; search?: string },
  ): Promise<{
    items: LogLine[];
    /** Sequence of the last line that was looked at: where to go on. */ seq: number;
    more: boolean;
    /** Lines before this one are gone. */ oldestSeq: number;
  }>;
  /** How many lines there are. */
  count(scope: Scope, jobId: string, filter?: { rank?: number; attempt?: number; search?: string }): Promise<number>;
}

export type Topic = 'event' | 'metric' | 'log';

export interface Listener {
  /**
   * Calls back when there may be something new: after a write, and when it begins to listen, the first time and after each loss of
   * its connection. The callback says nothing else: read after the last sequence known.
   * @returns a function that ends the subscription
   */
  subscribe(subscription: {
    /** Default: of every job. */ jobId?: string;
    topics?: readonly Topic[];
    onChange(change: { jobId: string; topic: Topic } | 'listening'): void;
  }): () => void;
  /** Resolves when listening; for tests and for boot. */
  ready(): Promise<void>;
}

export interface PartitionStore {
  /** Makes the partitions that are needed at `now` and soon after. Call at boot and daily; without it rows go to the default partition. */
  ensure(now: Date): Promise<void>;
  /** Drops log partitions older than `logDays` days and idempotency keys that are over. Events and metrics stay. */
  retain(now: Date, options: { logDays: number }): Promise<{ dropped: string[] }>;
}
