import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/index.ts';
import { startPostgres, type RunningPostgres } from './start.ts';

const start = (directory: string, port?: number) => startPostgres({ directory, port, durable: false });

async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

const portOf = ({ url }: RunningPostgres) => Number(new URL(url).port);
const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

it('listens on this machine only, asks for the password, and keeps nothing that others can read', async () => {
  const directory = temporaryDirectory();
  const server = await start(directory);
  const settings = `select name, setting from pg_settings
    where name in ('listen_addresses', 'unix_socket_directories', 'password_encryption', 'server_encoding', 'TimeZone') order by name`;
  expect((await ask(server.url, settings)).map(({ name, setting }) => [name, setting])).toEqual([
    ['TimeZone', 'UTC'],
    ['listen_addresses', '127.0.0.1'],
    ['password_encryption', 'scram-sha-256'],
    ['server_encoding', 'UTF8'],
    ['unix_socket_directories', ''],
  ]);
  expect(new Set((await ask(server.url, 'select auth_method from pg_hba_file_rules')).map((rule) => rule['auth_method']))).toEqual(
    new Set(['scram-sha-256']),
  );
  for (const wrong of ['', 'wrong']) {
    const url = new URL(server.url);
    url.password = wrong;
    await expect(ask(url.href, 'select 1')).rejects.toThrow();
  }
  for (const file of ['', 'data', 'password', 'port', 'postgres.log']) expect(statSync(join(directory, file)).mode & 0o077, file).toBe(0);
  await server.stop();
  expect(await server.exited).toBe('exited with status 0');
});

it('is not led astray by a PostgreSQL on PATH, variables of psql, or libraries of others', async () => {
  const directory = temporaryDirectory();
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const program of ['postgres', 'initdb', 'pg_ctl']) writeFileSync(join(bin, program), '#!/bin/sh\nexit 9\n', { mode: 0o755 });
  const { status, output } = await runFixture(join(directory, 'server'), {
    PATH: `${bin}:/usr/bin:/bin`,
    PGDATA: '/nowhere',
    PGPORT: '1',
    PGHOST: '/nowhere',
    PGUSER: 'nobody',
    LD_LIBRARY_PATH: bin,
    LC_ALL: 'xx_XX',
  });
  expect([status, output]).toEqual([0, expect.stringMatching(/^postgresql:\/\/massif:/)]);
});

it('has its port and its data again after a restart, and another port when somebody took it', async () => {
  const directory = temporaryDirectory();
  const first = await start(directory);
  await ask(first.url, 'create table kept (id integer)');
  await first.stop();
  const second = await start(directory);
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'select * from kept')).toEqual([]);
  await second.stop();
  const taker = createServer().listen(portOf(first), '127.0.0.1');
  await new Promise((resolve) => taker.once('listening', resolve));
  const third = await start(directory, portOf(first));
  expect(portOf(third)).not.toBe(portOf(first));
  expect(await ask(third.url, 'select * from kept')).toEqual([]);
  await third.stop();
  taker.close();
});

it('ends a server that was left in its directory, and no process that only has its pid', async () => {
  const directory = temporaryDirectory();
  const left = await start(directory);
  const next = await start(directory);
  expect([isRunning(left.pid), next.url]).toEqual([false, left.url]);
  process.kill(next.pid, 'SIGKILL');
  await expect.poll(() => isRunning(next.pid)).toBe(false);

  // The pid in its file belongs to another program by now.
  const innocent = spawn('sleep', ['60'], { stdio: 'ignore' });
  const file = join(directory, 'data', 'postmaster.pid');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(innocent.pid)));
  const again = await start(directory);
  expect(innocent.exitCode ?? innocent.signalCode).toBeNull();
  innocent.kill();
  await ask(again.url, 'select 1');
  await again.stop();
});

it('begins again where a first start was interrupted', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'data.new', 'base'), { recursive: true });
  writeFileSync(join(directory, 'data.new', 'PG_VERSION'), '18\n');
  const server = await start(directory);
  expect(existsSync(join(directory, 'data.new'))).toBe(false);
  await server.stop();
});

it('says why it does not start', async () => {
  const directory = temporaryDirectory();
  await (await start(directory)).stop();
  writeFileSync(join(directory, 'data', 'PG_VERSION'), '9.6\n');
  await expect(start(directory)).rejects.toMatchObject({
    code: 'service_unavailable',
    message: expect.stringContaining('initialized by PostgreSQL version 9.6') as string,
  });
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  await expect(start(file)).rejects.toMatchObject({ code: 'service_unavailable', message: expect.stringContaining(file) as string });
});

it.each(['SIGKILL', 'an exit'])('in a test, is gone with its directory after %s of the test process', async (how) => {
  const child = startFixture('test-database.ts', []);
  const [pid, directory] = (await lineOf(child)).split(' ') as [string, string];
  expect([isRunning(Number(pid)), existsSync(directory)]).toEqual([true, true]);
  if (how === 'SIGKILL') child.kill('SIGKILL');
  else child.stdin.end();
  await expect.poll(() => isRunning(Number(pid)), { timeout: 10_000 }).toBe(false);
  await expect.poll(() => existsSync(directory), { timeout: 15_000 }).toBe(false);
});

function startFixture(name: string, programArguments: string[], environment: Record<string, string> = {}) {
  const program = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  return spawn(process.execPath, [program, ...programArguments], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
}

function lineOf(child: ReturnType<typeof startFixture>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', () => reject(new Error(`it ended: ${text}`)));
  });
}

/** Starts and stops a server in a process with this environment. */
async function runFixture(directory: string, environment: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const child = startFixture('start-and-stop.ts', [directory], environment);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  rmSync(directory, { recursive: true, force: true });
  return { status, output };
}
