export { writePastJobs } from './past-jobs.ts';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../migrate/migrate.ts';
import { startPostgres } from '../postgres/start.ts';

export interface TestDatabase extends AsyncDisposable {
  databaseUrl: string;
  /** As somebody does who is not the product: what a test says has happened. */
  sql(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends whoever is still connected. */
  drop(): Promise<void>;
}

let server: Promise<string> | undefined;
let count = 0;
/** Clones are made one after the other: PostgreSQL lets nobody else use a template meanwhile. */
let cloned: Promise<unknown> = Promise.resolve();

const template = 'massif_template';

/**
 * A migrated, empty database of its own. The first call of a process starts a PostgreSQL, which is gone when the process
 * is, however it ends; a further database takes a tenth of a second.
 */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= startServer();
  const url = await server;
  const name = `test_${++count}`;
  const clone = cloned.then(() => administer(url, `create database ${name} template ${template}`));
  cloned = clone.catch(() => {});
  await clone;
  const drop = async () => void (await administer(url, `drop database if exists ${name} with (force)`));
  const databaseUrl = withDatabase(url, name);
  return { databaseUrl, sql: (...query) => ask(databaseUrl, ...query), drop, [Symbol.asyncDispose]: drop };
}

async function startServer(): Promise<string> {
  const directory = temporaryDirectory();
  const { url } = await startPostgres({ directory, durable: false });
  await administer(url, `create database ${template}`);
  await migrate({ databaseUrl: withDatabase(url, template) });
  return url;
}

/** A directory for `startPostgres`. When this process ends, a server in it is killed and everything removed. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'massif-postgres-'));
  // A shell that waits for the end of its input, which comes when this process ends, also by SIGKILL.
  const script = `cat > /dev/null
if read pid < "$1/data/postmaster.pid"; then
  kill -QUIT "$pid"
  i=0
  while kill -0 "$pid" && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
fi 2> /dev/null
rm -rf "$1"`;
  const guardian = spawn('/bin/sh', ['-c', script, 'sh', directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  guardian.unref();
  (guardian.stdin as unknown as { unref(): void }).unref();
  return directory;
}

const administer = (url: string, statement: string) => ask(withDatabase(url, 'postgres'), statement);

async function ask(databaseUrl: string, statement: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
