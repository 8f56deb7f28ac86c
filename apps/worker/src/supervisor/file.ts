import { readFile } from 'node:fs/promises';
import { supervisorFileSchema, type SupervisorFile } from '@massif/contracts';
import { z } from 'zod';

/** Reads what the cluster backend wrote for this attempt. @throws Error naming the file and what is wrong with it */
export async function readSupervisorFile(path: string): Promise<SupervisorFile> {
  const parsed = supervisorFileSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path} is not what a supervisor is told:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
