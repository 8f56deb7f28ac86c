/** A Redis in `MASSIF_HOME/redis`, for as long as whoever started this program lives. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readRunRecords, stopProcess } from '@massif/processes';
import { startRedis } from '@massif/queue';
import { readEnvironment } from './env.ts';
import { keep } from './keep.ts';

/** A server that a killed keeper left behind: nothing in it is worth waiting for. */
const leftoverGraceMs = 500;

await keep(() => {
  const { home, redisPort, searchPath } = readEnvironment();
  const start = async (onSpawn: (pid: number) => void) => {
    for (const left of readRunRecords(home).filter(({ role }) => role === 'redis')) await stopProcess(left, { graceMs: leftoverGraceMs });
    const port = redisPort !== undefined && (await isFree(redisPort)) ? redisPort : undefined;
    return startRedis({ directory: join(home, 'redis'), searchPath, port, onSpawn });
  };
  return { role: 'redis', home, start };
});

/** Somebody else may have taken the port while nobody listened on it. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
