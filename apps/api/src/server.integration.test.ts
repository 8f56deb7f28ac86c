import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@massif/contracts';
import { testRedis, type TestRedis } from '@massif/queue/testing';
import { openStore, startPostgres, type RunningPostgres } from '@massif/store';
import { temporaryDirectory } from '@massif/store/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('main.ts', import.meta.url));
const postgresDirectory = temporaryDirectory();
let postgres: RunningPostgres;
let redis: TestRedis;
let home: string;
let api: ChildProcess | undefined;

beforeAll(async () => {
  postgres = await startPostgres({ directory: postgresDirectory });
  redis = await testRedis();
  home = mkdtempSync(join(tmpdir(), 'massif-server-'));
});
afterEach(async () => {
  if (api?.exitCode === null && api.signalCode === null) {
    api.kill('SIGKILL');
    await once(api, 'exit');
  }
  api = undefined;
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(home, { recursive: true, force: true });
});

interface Said {
  type: string;
  url: string;
  message?: string;
  code?: string;
}

/** Starts the program as `massif up` does; its output is read for what a test wants to know of it, and all that it says is kept. */
async function start(
  environment: Record<string, string> = {},
): Promise<{ child: ChildProcess; message: Said; said: Said[]; output(): string }> {
  const child = fork(program, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      MASSIF_HOME: home,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.redisUrl,
      MASSIF_PORT: '0',
      ...environment,
    },
  });
  api = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const said: Said[] = [];
  child.on('message', (message) => said.push(message as Said));
  const exited = once(child, 'exit').then(() => {
    throw new Error(`it exited with ${child.exitCode}:\n${output}`);
  });
  exited.catch(() => {});
  const [message] = (await Promise.race([once(child, 'message'), exited])) as [Said];
  return { child, message, said, output: () => output };
}

const tokenFile = () => join(home, 'admin.token');
const ask = (url: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, { headers: { ...headers, authorization: `Bearer ${readFileSync(tokenFile(), 'utf8').trim()}` } });

/** A job that nobody looks after: no controller runs. */
async function submit(): Promise<string> {
  const store = openStore({ databaseUrl: postgres.url });
  const { project } = await store.projects.ensureDefaults();
  const job = {
    id: newId('job'),
    projectId: project.id,
    queue: 'default',
    name: 'quiet',
    kind: 'train',
    priority: 0,
    spec: {},
    plan: null,
  };
  await store.jobs.submit(job);
  await store.close();
  return job.id;
}

/** How a process ended, and after how many milliseconds. */
async function endOf(child: ChildProcess): Promise<{ status: number | null; afterMs: number }> {
  const began = performance.now();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { status: child.exitCode, afterMs: performance.now() - began };
}

describe('the program', () => {
  it('makes the database and the token good, says where it listens, and keeps the token over starts', async () => {
    const first = await start();
    expect(first.message).toEqual({ type: 'ready', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string });
    expect(statSync(tokenFile()).mode & 0o777).toBe(0o600);
    const token = readFileSync(tokenFile(), 'utf8');
    expect((await ask(first.message.url, '/api/v1/queues')).status).toBe(200);
    await expect
      .poll(async () => (await (await fetch(`${first.message.url}/readyz`)).json()) as object)
      .toEqual({
        status: 'ok',
        checks: { postgres: 'up', redis: 'up' },
      });
    first.child.kill('SIGKILL');
    await endOf(first.child);
    const second = await start();
    expect(readFileSync(tokenFile(), 'utf8')).toBe(token);
    expect((await ask(second.message.url, '/api/v1/jobs')).status).toBe(200);
    second.child.kill('SIGTERM');
    await endOf(second.child);
    writeFileSync(tokenFile(), 'not a token\n');
    const third = await start();
    expect(readFileSync(tokenFile(), 'utf8')).not.toContain('not a token');
    expect((await ask(third.message.url, '/api/v1/jobs')).status).toBe(200);
  });

  it('refuses a database that another installation holds, before it has changed anything in it', async () => {
    const first = await start({ MASSIF_EXCLUSIVE: '1' });
    expect(first.message.type).toBe('ready');
    const other = mkdtempSync(join(tmpdir(), 'massif-other-'));
    const tokens = async () =>
      ((await (await ask(first.message.url, '/api/v1/tokens?limit=200')).json()) as { items: { id: string }[] }).items.map(({ id }) => id);
    const before = await tokens();
    const second = await start({ MASSIF_EXCLUSIVE: '1', MASSIF_HOME: other });
    expect(second.message).toMatchObject({ type: 'failed', code: 'conflict' });
    expect(second.message.message).toMatch(/^Another control plane holds this database, 127\.0\.0\.1:\d+ \(host /);
    expect(await endOf(second.child)).toMatchObject({ status: 1 });
    expect(await tokens()).toEqual(before);
    expect(existsSync(join(other, 'admin.token'))).toBe(false);
    rmSync(other, { recursive: true });
    first.child.kill('SIGKILL');
    await endOf(first.child);
    // Its own installation goes on at once.
    expect((await start({ MASSIF_EXCLUSIVE: '1' })).message.type).toBe('ready');
  });

  it('says what is wrong with the address of a database, and waits for it no longer than it is told to', async () => {
    const notThere = await start({ DATABASE_URL: 'postgresql://u:secret@127.0.0.1:9/x', MASSIF_DATABASE_WAIT_SECONDS: '0.5' });
    const message = 'DATABASE_URL: PostgreSQL at 127.0.0.1:9 cannot be reached (ECONNREFUSED)';
    expect(notThere.message).toEqual({ type: 'note', text: `${message}; waiting for it` });
    await expect.poll(() => notThere.said.slice(1)).toEqual([{ type: 'failed', code: 'service_unavailable', message }]);
    const wrong = await start({ DATABASE_URL: postgres.url.replace(/[^/]*$/, 'nowhere') });
    expect(wrong.message).toMatchObject({
      type: 'failed',
      code: 'invalid_spec',
      message: expect.stringMatching(/^DATABASE_URL: there is no such database.*"nowhere"/) as string,
    });
  });

  it('logs requests with their ids, no secrets, and what was merely looked at only when it is asked to', async () => {
    const { message, output } = await start();
    const send = async (method: string, path: string) => {
      const headers = { authorization: `Bearer ${readFileSync(tokenFile(), 'utf8').trim()}`, 'content-type': 'application/json' };
      const response = await fetch(`${message.url}${path}`, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
      return { requestId: response.headers.get('x-request-id')!, body: await response.text() };
    };
    const looked = await send('GET', '/api/v1/nodes');
    const missed = await send('GET', '/api/v1/nodes/none');
    const made = await send('POST', '/api/v1/tokens');
    await expect.poll(output).toContain(made.requestId);
    const lineOf = (requestId: string) => {
      const line = output()
        .split('\n')
        .find((text) => text.includes(requestId));
      return line === undefined ? undefined : (JSON.parse(line) as object);
    };
    const request = { service: 'api', msg: 'request' };
    expect(lineOf(made.requestId)).toMatchObject({
      ...request,
      method: 'POST',
      route: '/api/v1/tokens',
      status: 201,
      requestId: made.requestId,
    });
    expect(lineOf(missed.requestId)).toMatchObject({ ...request, method: 'GET', route: '/api/v1/nodes/:id', status: 404 });
    expect(lineOf(looked.requestId)).toBeUndefined();
    expect(output()).not.toContain(readFileSync(tokenFile(), 'utf8').trim());
    expect(output()).not.toContain((JSON.parse(made.body) as { token: string }).token);
  });

  it('removes what is left of an upload that was cut off long ago', async () => {
    const left = (project: string, hoursAgo: number) => {
      const folder = join(home, 'uploads', project, newId('upload'));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'content'), 'Call me');
      const time = new Date(Date.now() - hoursAgo * 3_600_000);
      for (const path of [join(folder, 'content'), folder]) utimesSync(path, time, time);
      return folder;
    };
    const [old, recent] = [left('one', 3), left('two', 1)];
    await start();
    await expect.poll(() => existsSync(old)).toBe(false);
    expect(existsSync(recent)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGINT', 'a closed channel'])('leaves soon on %s, also while streams are read', async (how) => {
    const { child, message } = await start();
    const id = await submit();
    const stream = await ask(message.url, `/api/v1/jobs/${id}/events`, { accept: 'text/event-stream' });
    expect(stream.status).toBe(200);
    let text = '';
    const { promise: flowing, resolve } = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (text.includes('event: event')) resolve();
      }
    })();
    await flowing;
    const end = endOf(child);
    if (how === 'a closed channel') child.disconnect();
    else child.kill(how as NodeJS.Signals);
    const { status, afterMs } = await end;
    expect(status).toBe(0);
    // It has 2.5 s of its own; the rest is for a busy machine.
    expect(afterMs).toBeLessThan(10_000);
    // It ends without `end`: clients resume at the next one.
    await reading;
    expect(text).not.toContain('event: end');
  });

  it('says why it cannot start', async () => {
    const { child, message } = await start({ MASSIF_PORT: 'ninety' });
    expect(message).toMatchObject({ type: 'failed', message: expect.stringContaining('MASSIF_PORT') as string });
    expect((await endOf(child)).status).toBe(1);
    const homeless = await start({ MASSIF_HOME: '/proc/massif' });
    expect(homeless.message).toMatchObject({ type: 'failed', message: expect.stringContaining('/proc') as string });
    const { message: url } = await start();
    const taken = await start({ MASSIF_PORT: new URL(url.url).port });
    expect(taken.message).toMatchObject({ type: 'failed', message: expect.stringContaining('EADDRINUSE') as string });
  });

  it('answers 503 while PostgreSQL is away and goes on when it is back; without Redis it only says so', async () => {
    const { child, message } = await start();
    const port = Number(new URL(postgres.url).port);
    await redis.kill();
    await expect
      .poll(async () => (await fetch(`${message.url}/readyz`)).json() as Promise<object>, { timeout: 10_000 })
      .toEqual({
        status: 'ok',
        checks: { postgres: 'up', redis: 'down' },
      });
    expect((await ask(message.url, '/api/v1/jobs')).status).toBe(200);

    process.kill(postgres.pid, 'SIGKILL');
    await postgres.exited;
    const answers = await Promise.all(
      ['/api/v1/jobs', '/api/v1/nodes', '/api/v1/tokens', '/api/v1/jobs/x/events'].map((path) => ask(message.url, path)),
    );
    for (const answer of answers) {
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('retry-after')]).toEqual([
        503,
        'application/problem+json',
        '2',
      ]);
      expect(await answer.json()).toMatchObject({ code: 'service_unavailable', retryable: true });
    }
    expect((await fetch(`${message.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${message.url}/healthz`)).status).toBe(200);

    postgres = await startPostgres({ directory: postgresDirectory, port });
    await redis.restart();
    await expect.poll(async () => (await ask(message.url, '/api/v1/jobs')).status, { timeout: 15_000 }).toBe(200);
    await expect
      .poll(async () => (await fetch(`${message.url}/readyz`)).json() as Promise<object>, { timeout: 15_000 })
      .toEqual({
        status: 'ok',
        checks: { postgres: 'up', redis: 'up' },
      });
    expect(child.exitCode).toBeNull();
  });

  it('waits for a database that is about to start', async () => {
    const port = Number(new URL(postgres.url).port);
    await postgres.stop();
    const starting = start();
    await expect.poll(() => api?.pid).toBeDefined();
    postgres = await startPostgres({ directory: postgresDirectory, port });
    expect((await starting).message.type).toBe('ready');
  });
});
