import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const names = ['valkey-server', 'redis-server'];
const majorMin = 7;

/** The first server on `searchPath` that runs and is new enough; what merely has its name is passed over. */
export async function findRedisServer(searchPath: string): Promise<{ path: string; version: string } | undefined> {
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    for (const name of names) {
      const path = join(folder, name);
      const version = await versionOf(path);
      if (version && Number.parseInt(version.number, 10) >= majorMin) return { path, version: `${version.name} ${version.number}` };
    }
  }
  return undefined;
}

/** Both answer `--version` with `Redis server v=7.2.4 sha=...` or `Valkey server v=8.0.1 sha=...`. */
async function versionOf(path: string): Promise<{ name: string; number: string } | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 3000, killSignal: 'SIGKILL' });
    const match = /^(Redis|Valkey) server v=(\d+(?:\.\d+)*)/.exec(stdout);
    return match ? { name: match[1]!, number: match[2]! } : undefined;
  } catch {
    return undefined;
  }
}
