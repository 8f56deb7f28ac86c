import type { SchedulerDevice, SchedulerNode, Snapshot } from './snapshot.ts';

/** A job with its plan, as the control plane stores it. */
export interface PlannedJob {
  id: string;
  priority: number;
  createdAt: Date;
  deviceType: string;
  plan: {
    /** Their product is the gang size. */
    layout: { dp: number; tp: number; pp: number; cp: number };
    /** What the worst device must hold. */
    memoryGiB: number;
  };
}

/** A node as the control plane stores it. */
interface StoredNode extends Pick<SchedulerNode, 'id' | 'state'> {
  devices: readonly (Omit<SchedulerDevice, 'heldBy'> & { heldBy: string | null })[];
}

const GiB = 2 ** 30;

/**
 * What the scheduler is asked, for placing jobs and for saying beforehand whether a job would wait. A job needs what its plan
 * needs: `resources.memoryPerDevice` is a cap, which a smaller device respects too.
 */
export function snapshotOf({ nodes, jobs }: { nodes: readonly StoredNode[]; jobs: readonly PlannedJob[] }): Snapshot {
  return {
    nodes: nodes.map(({ id, state, devices }) => ({
      id,
      state,
      devices: devices.map(({ heldBy, ...device }) => (heldBy === null ? device : { ...device, heldBy })),
    })),
    pending: jobs.map(({ id, priority, createdAt, deviceType, plan: { layout, memoryGiB } }) => ({
      id,
      priority,
      submittedAtMs: createdAt.getTime(),
      devices: layout.dp * layout.tp * layout.pp * layout.cp,
      deviceType,
      memoryPerDeviceBytes: Math.ceil(memoryGiB * GiB),
    })),
  };
}
