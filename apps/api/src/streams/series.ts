import type { Topic } from '@massif/store';
import type { SseFrame } from './sse.ts';

/** One of the numbered series of a job: events, metrics or logs. */
export interface Series<Item> {
  topic: Topic;
  /** A page of the list, what comes after sequence `after`. */
  page(after: number, limit: number): Promise<{ items: Item[]; seq: number; more: boolean; total: number }>;
  /** Begins to follow after sequence `after`. */
  follow(after: number): Promise<Follower>;
}

/** Reads a series from where it stands, as it grows. */
export interface Follower {
  /** Set when what lies after the asked sequence is gone, or was never there: reading begins at `oldest`. */
  reset?: { oldest: number };
  /** What is new since the last reading, a bounded batch. */
  read(): Promise<{ frames: SseFrame[]; more: boolean }>;
  /** Id of the last frame: where a reader resumes. */
  position(): number;
}
