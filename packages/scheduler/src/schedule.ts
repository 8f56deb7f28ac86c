import { compareText, isUsable, shapeKey, suitableByType } from './devices.ts';
import { explain, surveyShape, type Survey } from './explain.ts';
import type { Admission, Decisions, PendingJob, SchedulerNode, Snapshot } from './snapshot.ts';

/**
 * Decides who starts now: first fit, by priority, then by time of submission, then by id. A gang is admitted whole, on the
 * first node (by id) that has enough free devices of one type, or not at all. A job that fits passes one that does not.
 *
 * Pure and deterministic: the order of the arrays in the snapshot does not matter.
 */
export function schedule(snapshot: Snapshot): Decisions {
  const nodes = snapshot.nodes.toSorted((a, b) => compareText(a.id, b.id));
  const holders = new Map<string, string>();
  for (const node of nodes) for (const device of node.devices) if (device.heldBy !== undefined) holders.set(device.id, device.heldBy);

  const admissions: Admission[] = [];
  const waiting: PendingJob[] = [];
  // Devices only become fewer in a round, so what did not fit once does not fit later.
  const unplaceable = new Set<string>();
  for (const job of snapshot.pending.toSorted(byTurn)) {
    const ranks = unplaceable.has(shapeKey(job)) ? undefined : place(job, nodes, holders);
    if (ranks) {
      for (const { deviceId } of ranks) holders.set(deviceId, job.id);
      admissions.push({ jobId: job.id, ranks });
    } else {
      unplaceable.add(shapeKey(job));
      waiting.push(job);
    }
  }

  // After all decisions: what a job waits for includes the devices of those that have just been admitted.
  const surveys = new Map<string, Survey>();
  const reasons = waiting.map((job, position) => {
    const key = shapeKey(job);
    const survey = surveys.get(key) ?? surveyShape(job, nodes, holders);
    surveys.set(key, survey);
    return { jobId: job.id, reasons: [explain({ job, survey, waiting, position })] };
  });
  return { admissions, reasons };
}

function place(job: PendingJob, nodes: SchedulerNode[], holders: ReadonlyMap<string, string>): Admission['ranks'] | undefined {
  for (const node of nodes) {
    for (const devices of suitableByType(job, node)) {
      const free = devices.filter((device) => isUsable(node, device) && !holders.has(device.id));
      if (free.length >= job.devices)
        return free.slice(0, job.devices).map((device, rank) => ({ rank, nodeId: node.id, deviceId: device.id }));
    }
  }
  return undefined;
}

function byTurn(a: PendingJob, b: PendingJob): number {
  return b.priority - a.priority || a.submittedAtMs - b.submittedAtMs || compareText(a.id, b.id);
}
