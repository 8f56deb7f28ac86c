import type { JobState } from '@massif/contracts';

/** Whose rows: one project's, or, for the controller and administrators, all. Every function that reads for somebody takes one. */
export type Scope = { projectId: string } | 'everyProject';

/** Plain JSON data. */
export type Json = Readonly<Record<string, unknown>>;

/** Why a job is where it is: what a waiting one waits for, how a failed one failed. More fields may follow. */
export interface JobReason {
  code: string;
  /** One sentence for people. */
  message: string;
  [detail: string]: unknown;
}

export interface Job {
  /** `job_` + ULID. */
  id: string;
  projectId: string;
  /** Name of the project. */
  project: string;
  /** Name of the queue. */
  queue: string;
  name: string;
  kind: string;
  priority: number;
  state: JobState;
  /** Raised by every transition; what a compare-and-set expects. */
  version: number;
  /** Sequence of its last event. */
  eventSeq: number;
  /** Number of the current attempt, 0 before the first. */
  attempt: number;
  reason: JobReason | null;
  spec: Json;
  plan: Json | null;
  /** What it left, for example the exported model. */
  result: Json | null;
  cancelRequestedAt: Date | null;
  /** Not to be placed before. */
  notBefore: Date | null;
  restarts: number;
  /** Of these, the last ones in a row without a single step further. */
  restartsWithoutProgress: number;
  /** Id of the token that submitted it. */
  createdBy: string | null;
  createdAt: Date;
  updatedAt: Date;
  /** When it first ran. */
  startedAt: Date | null;
  endedAt: Date | null;
  /** Null before the first step was reported. */
  progress: JobProgress | null;
}

/**
 * A job as lists show it, without what is long. `spec` has its kind, the source of its model and the sizes that say how many steps
 * there will be; `plan` has layout and devices.
 */
export type JobSummary = Omit<Job, 'result'>;

/** A job that does not mend itself: failed and not done again since, waiting for what will not come, or restarted over and over. */
export interface JobAttention {
  kind: 'job_failed' | 'job_stuck' | 'job_crashing';
  since: Date;
  id: string;
  name: string;
  reason: JobReason | null;
}

export interface JobProgress {
  /** The last step that was reported; steps count from 0. */
  step: number;
  loss: number | null;
  /** The last one on the data held back. */
  evaluationLoss: number | null;
  /** Cumulative. */
  tokens: number | null;
  /** Over the last 10 s or 20 steps of an attempt, whichever are more. */
  stepTimeMs: number | null;
  /** The same. */
  tokensPerSecond: number | null;
  updatedAt: Date;
  /** Whether somebody trains at it: its current attempt has made a step, was heard of in the last seconds and has not ended. */
  live: boolean;
}

export type AttemptOutcome = 'succeeded' | 'failed' | 'stopped';

export interface Attempt {
  id: string;
  projectId: string;
  jobId: string;
  /** 1 for the job's first attempt. */
  number: number;
  /** What `admit` was given. */
  placement: Json;
  /** Optimizer steps in the checkpoint that it resumes from; null: from the beginning. */
  resumedFrom: number | null;
  admittedAt: Date;
  launchedAt: Date | null;
  /** Last word from its supervisor; null: it was never heard of. */
  heartbeatAt: Date | null;
  /** When its gang was first asked to leave by the controller, which saw it live then. */
  stopRequestedAt: Date | null;
  /** Optimizer steps of the job that were done when it last reported, those before `resumedFrom` among them; null: none in this attempt. */
  step: number | null;
  /** What its supervisor reported at the end. */
  outcome: AttemptOutcome | null;
  code: string | null;
  message: string | null;
  result: Json | null;
  reportedAt: Date | null;
  /** From here on its token is refused and its devices are free. */
  endedAt: Date | null;
  ranks: Rank[];
}

export interface Rank {
  rank: number;
  nodeId: string;
  deviceId: string;
  state: RankState;
  pid: number | null;
  step: number | null;
  updatedAt: Date | null;
}

export type RankState = 'starting' | 'running' | 'stopped' | 'failed' | 'done';

export interface JobEvent {
  jobId: string;
  /** From 1, without a gap. */
  seq: number;
  time: Date;
  type: EventType;
  /** Of a transition: the states before and after. */
  from: JobState | null;
  to: JobState | null;
  attempt: number;
  reason: JobReason | null;
  data: Json | null;
}

/** transition: the state changed; cancel: somebody asked for it; checkpoint: one was committed; attempt: its supervisor reported the end. */
export type EventType = 'transition' | 'cancel' | 'checkpoint' | 'attempt';

export interface Checkpoint {
  id: string;
  projectId: string;
  jobId: string;
  attemptId: string;
  /** Number of the attempt. */
  attempt: number;
  /** Optimizer steps that it holds. */
  step: number;
  path: string;
  bytes: number;
  files: CheckpointFile[];
  committedAt: Date;
  expiredAt: Date | null;
}

export interface CheckpointFile {
  path: string;
  bytes: number;
  sha256: string;
}

export type NodeState = 'ready' | 'cordoned' | 'unhealthy';

export interface ClusterNode {
  /** `node_` + ULID. */
  id: string;
  name: string;
  /** Where it stands, when its backend knows. */
  rack: string | null;
  state: NodeState;
  cores: number;
  memoryBytes: number;
  /** Measured device profiles by device type. */
  profiles: Record<string, Json>;
  createdAt: Date;
  /** When its inventory was last seen. */
  seenAt: Date;
  /** In the order of their index. */
  devices: ClusterDevice[];
}

export interface ClusterDevice {
  /** `dev_` + ULID. */
  id: string;
  nodeId: string;
  index: number;
  type: string;
  memoryBytes: number;
  healthy: boolean;
  /** Since when it is healthy, or is not. */
  healthSince: Date;
  /** The job that it is allocated to; null when it is free. */
  heldBy: string | null;
}

/** How much of the cluster was used in the half minute before `time`. */
export interface UsageSample {
  time: Date;
  /** That exist. */
  devices: number;
  /** Held by jobs. */
  allocated: number;
  /** The sum over devices of the share of time in which they computed; null while nobody measures. */
  busy: number | null;
  /** The same weighted with MFU. */
  useful: number | null;
  /** Jobs that wait for devices. */
  queued: number;
  running: number;
}

/** The same over time, by column: averages from each time to the next, null where nothing was measured. */
export type ClusterUsage = { times: Date[] } & Record<Exclude<keyof UsageSample, 'time'>, (number | null)[]>;

/** The same of one device: share of time in which it computed, and bytes in use. */
export interface DeviceUsage {
  times: Date[];
  busy: (number | null)[];
  memoryBytes: (number | null)[];
}

export interface Project {
  id: string;
  name: string;
  createdAt: Date;
}

export interface Queue {
  id: string;
  projectId: string;
  name: string;
  createdAt: Date;
  /** Jobs of it that have not ended. */
  activeJobs: number;
  /** Of these, the ones that hold no devices yet: submitted, planned, queued, recovering. */
  waitingJobs: number;
}

export interface ApiToken {
  id: string;
  projectId: string;
  /** Name of the project. */
  project: string;
  userId: string | null;
  name: string;
  role: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Whether it is in the cookie of a browser that signed in. */
  session: boolean;
}

/** One page of a list; `total` counts all pages. */
export interface Page<Item> {
  items: Item[];
  /** Opaque; null after the last page. */
  nextCursor: string | null;
  total: number;
}

export interface PageQuery {
  /** 1 to 200, default 50. */
  limit?: number;
  cursor?: string;
}
