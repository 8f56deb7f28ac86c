import type { ClusterNode, Json, NodeState } from '../rows.ts';
import type { LeaseGuard } from '../jobs/job-store.ts';

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
