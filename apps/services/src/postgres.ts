/** PostgreSQL in `MASSIF_HOME/postgres`, for as long as whoever started this program lives. */
import { join } from 'node:path';
import { startPostgres } from '@massif/store';
import { readEnvironment } from './env.ts';
import { keep } from './keep.ts';

await keep(() => {
  const { home, postgresPort } = readEnvironment();
  const directory = join(home, 'postgres');
  return { role: 'postgres', home, start: (onSpawn) => startPostgres({ directory, port: postgresPort, onSpawn }) };
});
