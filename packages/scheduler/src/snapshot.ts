/** Everything the scheduler may know. Plain data: the same in production, in the simulator, in a browser. */
export interface Snapshot {
  nodes: SchedulerNode[];
  /** Jobs that wait for devices. */
  pending: PendingJob[];
}

export interface SchedulerNode {
  id: string;
  /** Only a ready node is given new work; what runs on the others goes on. */
  state: 'ready' | 'cordoned' | 'unhealthy';
  devices: SchedulerDevice[];
}

export interface SchedulerDevice {
  id: string;
  /** Order in the node. */
  index: number;
  type: string;
  memoryBytes: number;
  healthy: boolean;
  /** The job that it is allocated to; undefined when it is free. */
  heldBy?: string;
}

export interface PendingJob {
  id: string;
  /** Higher goes first. */
  priority: number;
  /** Milliseconds since the epoch; earlier goes first within a priority. */
  submittedAtMs: number;
  /** Devices that the gang needs, all of them or none. */
  devices: number;
  /** A catalogue name, or `any`. A gang never mixes types. */
  deviceType: string;
  /** A device with less is not for this job. */
  memoryPerDeviceBytes?: number;
}

export interface Decisions {
  admissions: Admission[];
  /** One entry for every pending job that is not admitted. */
  reasons: JobReasons[];
}

/** A whole gang; rank r runs on `ranks[r]`. */
export interface Admission {
  jobId: string;
  ranks: { rank: number; nodeId: string; deviceId: string }[];
}

export interface JobReasons {
  jobId: string;
  reasons: Reason[];
}

export type ReasonCode =
  /** Enough devices are there, others use them now. */
  | 'waiting_for_devices'
  /** Enough would be there if no node or device were cordoned or unhealthy. */
  | 'nodes_unavailable'
  /** Enough are there, but never on one node, and a gang does not span nodes yet. */
  | 'no_node_large_enough'
  /** Even with every device free and well, there are too few. */
  | 'not_enough_devices';

export interface Reason {
  code: ReasonCode;
  /** One sentence for people, made from the rest. */
  message: string;
  /** Devices that are missing now, on the node that comes nearest. */
  missing: number;
  /** Some of the jobs that hold devices of the kind it needs, and how many there are in all. */
  heldBy: string[];
  heldByCount: number;
  /** How many pending jobs come before it, and the nearest of them. */
  ahead: { count: number; jobs: string[] };
}
