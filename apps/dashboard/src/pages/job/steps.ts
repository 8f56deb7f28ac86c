import { specSteps, type Job } from '@massif/contracts';

/** Steps of the whole run; null while only the size of the data decides. */
export function stepsOf({ progress, spec }: Pick<Job, 'progress' | 'spec'>): number | null {
  return progress?.steps ?? specSteps(spec);
}

/**
 * After how many steps the next checkpoint is written, at the latest where nobody knows how many there are; null when all is done. The
 * last step has one, too.
 * @param every steps from one to the next
 */
export function nextCheckpoint({ done, every, steps }: { done: number; every: number; steps: number | null }): number | null {
  if (steps !== null && done >= steps) return null;
  return Math.min((Math.floor(done / every) + 1) * every, steps ?? Infinity);
}
