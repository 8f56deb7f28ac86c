import type { ProjectStore, TokenStore, QueueStore } from './access/access-store.ts';
import type { JobStore } from './jobs/job-store.ts';
import type { AttemptStore } from './attempts/attempt-store.ts';
import type { CheckpointStore } from './checkpoints/checkpoint-store.ts';
import type { EventStore, MetricStore, LogStore, Listener, PartitionStore } from './streams/stream-stores.ts';
import type { NodeStore, LeaseStore } from './cluster/cluster-stores.ts';
import type { UsageStore } from './usage/usage-store.ts';
import type { HistoryStore } from './history/history-store.ts';

export type * from './access/access-store.ts';
export type * from './jobs/job-store.ts';
export type * from './attempts/attempt-store.ts';
export type * from './checkpoints/checkpoint-store.ts';
export type * from './streams/stream-stores.ts';
export type * from './cluster/cluster-stores.ts';
export type * from './usage/usage-store.ts';
export type * from './history/history-store.ts';

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
