import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Identity, Programs } from './programs.ts';

const run = promisify(execFile);

/** Name of the role that owns everything, and of the database. */
export const owner = 'massif';

/** Where things are below the directory of an embedded server. */
export const placesOf = (directory: string) => ({
  data: join(directory, 'data'),
  password: join(directory, 'password'),
  port: join(directory, 'port'),
  log: join(directory, 'postgres.log'),
});

/**
 * Makes the data directory unless there is one. It appears whole or not at all; one that was interrupted is begun again.
 * @returns the password of the role `owner`
 */
export async function ensureCluster(
  directory: string,
  { programs, identity, durable }: { programs: Programs; identity: Identity; durable: boolean },
): Promise<string> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { data, password } = placesOf(directory);
  if (!existsSync(data)) {
    const unfinished = join(directory, 'data.new');
    rmSync(unfinished, { recursive: true, force: true });
    writeFileSync(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    takeOver(directory, identity);
    const [program, ...programArguments] = [
      ...identity.prefix,
      programs.initdb,
      `--pgdata=${unfinished}`,
      `--username=${owner}`,
      '--auth=scram-sha-256',
      `--pwfile=${password}`,
      '--encoding=UTF8',
      '--no-locale',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ];
    await run(program!, programArguments, { env: programs.environment, cwd: directory, ...identity.user });
    renameSync(unfinished, data);
  } else takeOver(directory, identity);
  return readFileSync(password, 'utf8').trim();
}

/** Gives the files to whom the server runs as; another way to start it may have been found last time. */
function takeOver(path: string, { owner: user }: Identity): void {
  if (!user || lstatSync(path).uid === user.uid) return;
  const give = (at: string) => {
    // The directory itself last: while it is not given, the next start goes over everything again.
    if (lstatSync(at).isDirectory()) for (const name of readdirSync(at)) give(join(at, name));
    chownSync(at, user.uid, user.gid);
  };
  give(path);
}
