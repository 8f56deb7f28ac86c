import type { Layout, TrainSpec } from '@massif/contracts';
import type { DataSource } from '@massif/data';

/** What every rank of a gang needs to train; plain JSON, sent over the IPC channel. */
export interface RankJob {
  /** Paths are absolute, a preset is spelled out as a config. */
  spec: TrainSpec;
  layout: Layout;
  source: DataSource;
  threads: number;
  /** Address on which the ranks meet. */
  host: string;
  directories: {
    /** Prepared data, shared by all jobs of this installation. */
    data: string;
    /** Checkpoints go to `step-N` below it; none are written without it. */
    checkpoints?: string;
    /** Where rank 0 exports the model. */
    model: string;
  };
  /** Directory of the checkpoint to go on from. */
  resumeFrom?: string;
  native: { cacheDirectory: string; compiler?: string };
}
