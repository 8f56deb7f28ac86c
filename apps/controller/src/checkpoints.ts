import { realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { Job, LeaseGuard, Store } from '@massif/store';
import type { Logger } from 'pino';
import { specOf } from './view.ts';

/** Takes checkpoints beyond those that a job keeps off the list, then deletes their files. */
export async function expireCheckpoints(
  job: Job,
  { store, guard, home, log }: { store: Store; guard: LeaseGuard; home: string; log: Logger },
): Promise<void> {
  const spec = specOf(job);
  if (!('training' in spec) || !spec.training) return;
  const expired = await store.checkpoints.expire(job.id, { keep: spec.training.checkpoint.keep, lease: guard });
  const removed: string[] = [];
  for (const { id, path } of expired) {
    try {
      if (await removeBelow(join(home, 'jobs', job.id), path)) removed.push(id);
      else log.warn({ path }, 'an expired checkpoint is not where checkpoints of this job are; its files are left');
    } catch (error) {
      log.warn({ err: error, path }, 'an expired checkpoint cannot be deleted');
    }
  }
  if (removed.length > 0) await store.checkpoints.markRemoved(removed);
}

/**
 * Deletes a directory that lies below `root`, links on the way followed. The path was told by a supervisor: it may name
 * anything, so nothing else is touched.
 * @returns whether it lies there and is gone
 */
export async function removeBelow(root: string, path: string): Promise<boolean> {
  let parent: string;
  let realRoot: string;
  try {
    [parent, realRoot] = await Promise.all([realpath(dirname(path)), realpath(root)]);
  } catch (error) {
    // What is not there need not be deleted, if it was ours to delete.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && path.startsWith(root + sep) && !path.split(sep).includes('..');
  }
  const name = basename(path);
  if (name === '..' || name === '.' || !(parent === realRoot || parent.startsWith(realRoot + sep))) return false;
  await rm(join(parent, name), { recursive: true, force: true });
  return true;
}
