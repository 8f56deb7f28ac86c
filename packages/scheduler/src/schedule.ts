import { compareText, isSuitable, kindsOf, shapeKey } from './devices.ts';
import { explain, surveyShape, type Survey } from './explain.ts';
import { freeDevices } from './free.ts';
import type { Admission, Decisions, PendingJob, Snapshot } from './snapshot.ts';

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

  const free = freeDevices(nodes);
  const admissions: Admission[] = [];
  const waiting: PendingJob[] = [];
  // Devices only become fewer in a round, so what did not fit once does not fit later.
  const unplaceable = new Set<string>();
  for (const job of snapshot.pending.toSorted(byTurn)) {
    const ranks = unplaceable.has(shapeKey(job)) ? undefined : free.take(job);
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
  const kinds = kindsOf(nodes);
  const reasons = waiting.map((job, position) => {
    // Jobs that could use the same devices are told the same of them, however many they need.
    const key = kinds.flatMap((kind, index) => (isSuitable(job, kind) ? index : [])).join(' ');
    const survey = surveys.get(key) ?? surveyShape(job, nodes, holders);
    surveys.set(key, survey);
    return { jobId: job.id, reasons: [explain({ job, survey, waiting, position })] };
  });
  return { admissions, reasons };
}

function byTurn(a: PendingJob, b: PendingJob): number {
  return b.priority - a.priority || a.submittedAtMs - b.submittedAtMs || compareText(a.id, b.id);
}
