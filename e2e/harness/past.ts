import { join } from 'node:path';
import { startPostgres } from '@massif/store';
import { writePastJobs } from '@massif/store/testing';

/** Prepares an installation, before it is started, that has so many jobs behind it: see `writePastJobs`. Nobody could wait for them. */
export async function preparePast(home: string, count: number): Promise<void> {
  const postgres = await startPostgres({ directory: join(home, 'postgres') });
  try {
    await writePastJobs(postgres.url, count);
  } finally {
    await postgres.stop();
  }
}
