/**
 * Where gangs run. The controller decides what runs and where; a backend starts it, tells what is there, and ends it.
 * A backend keeps no state of its own that a restarted controller would miss: `list` finds what an earlier one launched.
 */
export interface ClusterBackend {
  /** The nodes and device slots that exist now. */
  inventory(): Promise<NodeInventory[]>;

  /**
   * How much each device was used since the call before, or lately. What cannot be known is null, never 0. Called about once a
   * second, by one caller: it has to cost little.
   */
  usage(): Promise<NodeUsage[]>;

  /**
   * Starts a gang. Idempotent by (jobId, attempt), for ever: an attempt that was started once, even if it has ended since,
   * is not started again. Two concurrent calls start it once.
   */
  launch(gang: GangLaunch): Promise<void>;

  /** Gangs of which anything is left, also those that are ending, also those launched by an earlier instance. */
  list(): Promise<GangStatus[]>;

  /**
   * Ends a gang: asks it to leave, takes everything of it away after `graceSeconds`. Resolves when nothing of it is left;
   * at once when there is no such gang. May be called again meanwhile.
   */
  stop(gang: GangRef, options: { graceSeconds: number }): Promise<void>;

  /**
   * Tells when a gang has ended, once nothing of it is left. It may tell late or, after a restart, not at all: `list` is
   * the truth, this only saves waiting for the next look.
   * @returns a function that ends the watch
   */
  watch(onEnded: (gang: GangEnded) => void): () => void;

  /** Lets go of everything this instance holds. Gangs run on. */
  close(): Promise<void>;
}

export interface GangRef {
  jobId: string;
  /** 1 for the job's first attempt. */
  attempt: number;
}

export interface GangLaunch extends GangRef {
  /** Where each rank runs, by rank. */
  devices: readonly DeviceRef[];
  /** What its supervisor has to do, plain JSON. The backend adds where it may write. */
  assignment: Record<string, unknown>;
}

export interface DeviceRef {
  /** Name of the node. */
  node: string;
  /** Of the device in its node. */
  index: number;
}

export interface GangStatus extends GangRef {
  state: 'running' | 'stopping';
}

export interface GangEnded extends GangRef {
  /** How its supervisor ended, for people; undefined when nobody saw it. */
  how?: string;
}

export interface NodeInventory {
  name: string;
  /** Where it stands, for backends that know. */
  rack?: string;
  cores: number;
  memoryBytes: number;
  devices: DeviceInventory[];
}

export interface DeviceInventory {
  /** Unique in its node. */
  index: number;
  /** A name of the catalogue: `cpu`, `h100-sxm`, ... */
  type: string;
  memoryBytes: number;
}

/** Of one node; the lists are by index of the device. */
export interface NodeUsage {
  name: string;
  /** Share of time in which the device computed, 0 to 1. */
  busy: (number | null)[];
  memoryBytes: (number | null)[];
}
