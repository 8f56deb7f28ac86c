import { rename, rm } from 'node:fs/promises';

/**
 * Moves the model of the attempt that finished to where the job's model is looked for. One that an older attempt left
 * there, between this move and its report, is replaced.
 * @returns where it is now
 */
export async function publishModel(from: string, to: string): Promise<string> {
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
  return to;
}
