import type { Job } from '@massif/contracts';

/** Steps of the whole run; null where neither its progress nor, before the first is done, its spec says so. */
export function stepsOf({ progress, spec }: Pick<Job, 'progress' | 'spec'>): number | null {
  return progress?.steps ?? (('training' in spec && spec.training?.steps) || null);
}

/**
 * After how many steps the next checkpoint is written; null when all is done. The last step has one, too.
 * @param every steps from one to the next
 */
export function nextCheckpoint({ done, every, steps }: { done: number; every: number; steps: number | null }): number | null {
  if (steps !== null && done >= steps) return null;
  return Math.min((Math.floor(done / every) + 1) * every, steps ?? Infinity);
}
