import type { JobState } from '@massif/contracts';
import type { PastJob } from './history/past-job.ts';
import type {
  ApiToken,
  Attempt,
  AttemptOutcome,
  Checkpoint,
  CheckpointFile,
  ClusterNode,
  ClusterUsage,
  DeviceUsage,
  Job,
  JobEvent,
  JobAttention,
  JobReason,
  JobSummary,
  Json,
  NodeState,
  Page,
  PageQuery,
  Project,
  Queue,
  RankState,
  Scope,
  UsageSample,
} from './rows.ts';

/** Everything that an app may ask of the database. Every function throws AppError `service_unavailable` while it cannot be reached. */
export interface Store {
  projects: ProjectStore;
  tokens: TokenStore;
  queues: QueueStore;
  jobs: JobStore;
  attempts: AttemptStore;
  checkpoints: CheckpointStore;
  events: EventStore;
  metrics: MetricStore;
  logs: LogStore;
  nodes: NodeStore;
  usage: UsageStore;
  lease: LeaseStore;
  partitions: PartitionStore;
  history: HistoryStore;
  /** Wakes readers of streams; connects at the first subscription. */
  listener: Listener;
  /** Answers when the database does. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

// --- access ---

export interface ProjectStore {
  /** Makes project `default`, its queue `default` and user `admin` where they are missing. Safe to call concurrently. */
  ensureDefaults(): Promise<{ project: Project; adminUserId: string }>;
  byName(name: string): Promise<Project | null>;
  list(): Promise<Project[]>;
}

export interface TokenStore {
  /** The token itself is in this answer and nowhere else; the database has its SHA-256. */
  create(token: {
    projectId: string;
    name: string;
    role: string;
    userId?: string;
    expiresAt?: Date;
  }): Promise<{ token: string; row: ApiToken }>;
  /**
   * A token for the cookie of a browser, of the same project and role as what it signed in with. Null when that, its parent, is
   * revoked or over.
   */
  createSession(session: {
    projectId: string;
    name: string;
    role: string;
    userId: string | null;
    expiresAt: Date;
    parentId: string | null;
  }): Promise<{ token: string; row: ApiToken } | null>;
  /** Whose token this is; null when it is unknown, revoked or over. */
  verify(token: string): Promise<ApiToken | null>;
  /** Without what was revoked, and without sessions that are over. */
  list(scope: Scope, page?: PageQuery): Promise<Page<ApiToken>>;
  /** Also the sessions of browsers that signed in with it. Null when there is none in this scope. Revoking twice is the same as once. */
  revoke(scope: Scope, id: string): Promise<ApiToken | null>;
  /** The administrator's token: `current` when it is still good, else a new one, which the caller writes to its file. */
  ensureAdmin(current: string | undefined): Promise<{ token: string; created: boolean }>;
}

export interface QueueStore {
  list(scope: Scope): Promise<Queue[]>;
  ensure(queue: { projectId: string; name: string }): Promise<Queue>;
}

// --- jobs ---

export interface SubmitJob {
  /** From `newId('job')`. */
  id: string;
  projectId: string;
  queue: string;
  name: string;
  kind: string;
  priority: number;
  spec: Json;
  plan: Json | null;
  createdBy?: string;
  /** So that the caller can put it into the answer; default: now. */
  createdAt?: Date;
  idempotency?: {
    key: string;
    /** SHA-256 of the request's body. */
    bodyHash: Uint8Array;
    /** What whoever repeats this key is answered. */
    status: number;
    body: Json;
  };
}

export type Submitted =
  | { replayed: false; job: Job }
  /** The key was used before with the same body: the first answer. */
  | { replayed: true; status: number; body: Json };

export interface JobFilter {
  states?: readonly JobState[];
  kind?: string;
  queue?: string;
  /** Exact name. */
  name?: string;
  /** Part of the name or id, whatever the case. */
  search?: string;
}

export interface JobQuery extends PageQuery, JobFilter {
  /** By time of creation; default: newest. */
  order?: 'newest' | 'oldest';
  /** Leaves out so many at the beginning; of a page after a cursor, of those after it. */
  offset?: number;
}

/** Names the holder of the lease that a write needs; see `LeaseStore`. */
export interface LeaseGuard {
  name: string;
  holder: string;
  epoch: number;
}

export interface Transition {
  jobId: string;
  from: readonly JobState[];
  to: JobState;
  /** Version that the decision was made from. */
  expectedVersion?: number;
  /** Why; in the job and in the event. Null when not given. */
  reason?: JobReason | null;
  /** Other columns of the job that change with it. */
  patch?: JobPatch;
  /** What the event says beside from, to, reason, attempt. */
  data?: Json;
  /** Ends the current attempt and frees its devices in the same statement. */
  endAttempt?: boolean;
  /** Writes nothing unless this lease is held. */
  lease?: LeaseGuard;
}

export interface JobPatch {
  plan?: Json | null;
  result?: Json | null;
  notBefore?: Date | null;
  restarts?: number;
  restartsWithoutProgress?: number;
}

export interface AdmitJob {
  jobId: string;
  expectedVersion?: number;
  /** From `newId('attempt')`. */
  attemptId: string;
  /** SHA-256 of the attempt's token. */
  tokenHash: Uint8Array;
  ranks: readonly { rank: number; nodeId: string; deviceId: string }[];
  /** Layout and whatever else the launch needs; read again by a controller that takes over. */
  placement: Json;
  resumedFrom?: number | null;
  data?: Json;
  lease?: LeaseGuard;
}

/** As much of a job as decides what happens to it next. Its limits are those of its spec, as they are stored. */
export interface WatchedJob extends Pick<Job, 'id' | 'state' | 'attempt' | 'cancelRequestedAt' | 'restarts' | 'restartsWithoutProgress'> {
  limits: unknown;
  stepTimeMs: number | null;
  current: Pick<
    Attempt,
    'id' | 'admittedAt' | 'launchedAt' | 'heartbeatAt' | 'stopRequestedAt' | 'step' | 'outcome' | 'code' | 'message' | 'reportedAt'
  > | null;
}

/** As much of a job as decides where it can run: parts of its spec and its plan, as they are stored. */
export interface WaitingJob extends Pick<Job, 'id' | 'state' | 'version' | 'priority' | 'createdAt' | 'notBefore' | 'reason'> {
  resources: unknown;
  plan: { layout: unknown; memoryGiB: unknown };
}

export interface JobPace {
  jobId: string;
  /** Of its plan; null when that does not say. */
  plannedMfu: number | null;
  plannedTokensPerSecond: number | null;
  /** Over the last seconds of training; null while nobody trains at it. */
  tokensPerSecond: number | null;
}

export interface JobStore {
  /**
   * Inserts job, first event and idempotency key in one statement.
   * @throws AppError `idempotency_conflict` (409): the key was used with another body; `not_found`: there is no such queue.
   */
  submit(job: SubmitJob): Promise<Submitted>;
  /**
   * What the first request with this key was answered; null when there was none within its time. Asked before a job is
   * planned, so that a repeated request is answered the same also when it could not be planned any more.
   * @throws AppError `idempotency_conflict` (409): the key was used with another body
   */
  firstAnswer(key: { projectId: string; key: string; bodyHash: Uint8Array }): Promise<{ status: number; body: Json } | null>;
  get(scope: Scope, id: string): Promise<Job | null>;
  /** Stable by (createdAt, id). @throws AppError `invalid_cursor` for a cursor that no page gave. */
  list(scope: Scope, query?: JobQuery): Promise<Page<Job>>;
  /** The same of what is short. */
  summaries(scope: Scope, query?: JobQuery): Promise<Page<JobSummary>>;
  /** Ids of jobs that were, or may have been, written since; for whoever was not told meanwhile. */
  changedSince(scope: Scope, time: Date): Promise<string[]>;
  /** Those of these jobs that are in the scope, in no order. */
  summariesOf(scope: Scope, ids: readonly string[]): Promise<JobSummary[]>;
  /** The newest of those that need a person, and how many there are. */
  attention(scope: Scope, options: { limit: number }): Promise<{ items: JobAttention[]; total: number }>;
  /** What a controller looks after: jobs that have not ended, oldest first, but for those that only wait for devices. */
  watched(): Promise<WatchedJob[]>;
  /** What is to be placed: jobs that wait for devices, or soon will, and that nobody wants to cancel, oldest first. */
  waiting(): Promise<WaitingJob[]>;
  countByState(scope: Scope): Promise<Partial<Record<JobState, number>>>;
  /** How fast those run that run now, beside their plans. */
  pace(): Promise<JobPace[]>;
  /** Compare-and-set that writes its event in the same statement. Null: the job was not as expected, or the lease is not held. */
  transition(transition: Transition): Promise<Job | null>;
  /**
   * queued -> admitted with attempt, ranks and allocations in one statement. Null, and nothing written: the job was not as
   * expected, a device is taken, or the lease is not held.
   */
  admit(admission: AdmitJob): Promise<{ job: Job; attempt: Attempt } | null>;
  /** Marks a job that has not ended; a second time changes nothing. Null when there is none in this scope. */
  requestCancel(scope: Scope, id: string, reason?: JobReason): Promise<Job | null>;
  /**
   * Says what waiting jobs wait for; no event, written only where it differs. Readers of a job are woken when it has another code: of a
   * thousand that wait, the numbers change every few seconds.
   */
  setReasons(
    reasons: readonly { jobId: string; reason: JobReason | null }[],
    options: { states: readonly JobState[]; lease?: LeaseGuard },
  ): Promise<void>;
}

// --- attempts ---

/** How an attempt proves who it is: refused (AppError `attempt_fenced`, 409) once it has ended or a newer one exists. */
export interface AttemptToken {
  attemptId: string;
  /** SHA-256 of the token. */
  tokenHash: Uint8Array;
}

export interface Frame {
  /** From 1, one more with each frame of an attempt. */
  seq: number;
  /** The first column is `step`; null where a number is not finite. */
  metrics: { columns: readonly string[]; rows: readonly (readonly (number | null)[])[] };
  evaluations: readonly { step: number; loss: number | null }[];
  logs: readonly { rank: number; time: string | Date; stream: string; line: string }[];
}

export interface AttemptStore {
  get(scope: Scope, id: string): Promise<Attempt | null>;
  /** The job's attempt with this number, by default the newest. */
  ofJob(scope: Scope, jobId: string, number?: number): Promise<Attempt | null>;
  /** Newest first. */
  list(scope: Scope, jobId: string): Promise<Attempt[]>;
  /** How long the job's attempts before this number ran in all, each from its launch to when it was last known to live. */
  ranMs(jobId: string, options: { beforeNumber: number }): Promise<number>;
  /** Null unless this token is that of an attempt which may still write. */
  verify(token: AttemptToken): Promise<{ jobId: string; projectId: string; number: number } | null>;
  /** Another token for an attempt of which nothing was ever heard, when the first was lost before its launch. False: too late. */
  replaceToken(attemptId: string, tokenHash: Uint8Array, options?: { lease?: LeaseGuard }): Promise<boolean>;
  markLaunched(attemptId: string, options?: { lease?: LeaseGuard }): Promise<boolean>;
  /** Its gang, which lives, is asked to leave; only the first time counts. */
  markStopRequested(attemptId: string, options?: { lease?: LeaseGuard }): Promise<boolean>;
  heartbeat(
    token: AttemptToken,
    ranks: readonly { rank: number; pid: number | null; state: RankState; step: number | null }[],
  ): Promise<{ stop: boolean; jobId: string }>;
  /** Takes a frame in once, whatever happens between; metrics of a step are those of the latest attempt. @returns the last frame taken in */
  ingest(token: AttemptToken, frame: Frame): Promise<{ ackSeq: number }>;
  /** What the supervisor says at the end. Saying the same again is fine. The controller ends the attempt itself. */
  finish(
    token: AttemptToken,
    report: { outcome: AttemptOutcome; code?: string; message?: string; step: number | null; result?: Json },
  ): Promise<{ jobId: string }>;
}

// --- checkpoints ---

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

// --- streams ---

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
   * Calls back when there may be something new: after a write, and after the connection was lost and found again.
   * The callback says nothing else: read after the last sequence known.
   * @returns a function that ends the subscription
   */
  subscribe(subscription: {
    /** Default: of every job. */ jobId?: string;
    topics?: readonly Topic[];
    onChange(change: { jobId: string; topic: Topic } | 'reconnected'): void;
  }): () => void;
  /** Resolves when listening; for tests and for boot. */
  ready(): Promise<void>;
}

// --- cluster ---

/** A node as a backend finds it. */
export interface FoundNode {
  name: string;
  rack?: string | null;
  cores: number;
  memoryBytes: number;
  devices: readonly { index: number; type: string; memoryBytes: number }[];
}

export interface NodeStore {
  /** Writes what a backend found. A node that was unhealthy is ready again, a cordoned one stays so; devices of it that are gone become unhealthy. */
  upsert(nodes: readonly FoundNode[]): Promise<void>;
  /** Every node but those of these names, and its devices, become unhealthy until found again: a host that left, or has another name now. */
  markMissing(nodes: { except: readonly string[] }): Promise<void>;
  /** In the order of their names. */
  list(): Promise<ClusterNode[]>;
  get(idOrName: string): Promise<ClusterNode | null>;
  setState(id: string, state: NodeState): Promise<ClusterNode | null>;
  setProfile(node: { id: string; deviceType: string; profile: Json }): Promise<void>;
}

/** Measured use of devices. Best effort: what nobody measured is null, never 0. */
export interface UsageStore {
  /** Writes what was measured in the half minute before `time`. Nodes that are not there any more are passed over. */
  record(usage: {
    time: Date;
    cluster: Omit<UsageSample, 'time'>;
    /** `busy` and `memoryBytes` by index of the device. */
    nodes: readonly { nodeId: string; busy: readonly (number | null)[]; memoryBytes: readonly (number | null)[] }[];
  }): Promise<void>;
  /** At `points` equal distances from `from` on; 5000 at most. */
  cluster(range: { from: Date; to: Date; points: number }): Promise<ClusterUsage>;
  /** At equal distances of about half a minute; the last hour by default. Null when there is no such device. */
  device(id: string, range?: { from?: Date; to?: Date }): Promise<DeviceUsage | null>;
  /** What was written last; null when nothing was. */
  latest(): Promise<UsageSample | null>;
  /** Forgets what is older, of the cluster and of single nodes. */
  retain(now: Date, keep: { clusterDays: number; nodeHours: number }): Promise<void>;
}

/** What one of several may be at a time: the controller that acts, the installation whose database it is. */
export interface LeaseStore {
  /** The lease, when it is free, over, or already this holder's; null when somebody else has it. A change of holder raises the epoch. */
  acquire(lease: { name: string; holder: string; ttlMs: number }): Promise<LeaseGuard | null>;
  /** False: it is lost, and every write that names it does nothing. */
  renew(guard: LeaseGuard, ttlMs: number): Promise<boolean>;
  release(guard: LeaseGuard): Promise<void>;
  /** The lease as it was last given, also when it is over; null when it never was. */
  find(name: string): Promise<Lease | null>;
}

export interface Lease {
  holder: string;
  acquiredAt: Date;
  /** Raised by each renewal. */
  expiresAt: Date;
}

export interface PartitionStore {
  /** Makes the partitions that are needed at `now` and soon after. Call at boot and daily; without it rows go to the default partition. */
  ensure(now: Date): Promise<void>;
  /** Drops log partitions older than `logDays` days and idempotency keys that are over. Events and metrics stay. */
  retain(now: Date, options: { logDays: number }): Promise<{ dropped: string[] }>;
}

/** For installations that begin with a past: of another one, or a made-up one. */
export interface HistoryStore {
  /** Writes jobs with all that happened to them, in one transaction. Nobody is woken: not for a database that is in use. */
  write(jobs: readonly PastJob[]): Promise<void>;
  /** Writes how much the cluster was used, at distances of `usageEveryMs`. */
  writeUsage(samples: readonly UsageSample[]): Promise<void>;
}
