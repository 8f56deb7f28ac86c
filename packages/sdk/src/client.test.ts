import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AppError, toProblem } from '@massif/contracts';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClient, pages, type Client, type Target } from './index.ts';

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** A server that speaks HTTP for real; `answer` is called with the number of the request, from 0. */
async function serve(answer: (request: IncomingMessage & { body: string }, response: ServerResponse, count: number) => void) {
  const seen: (IncomingMessage & { body: string })[] = [];
  server = createServer((request, response) => {
    const whole = Object.assign(request, { body: '' });
    request.on('data', (chunk: Buffer) => (whole.body += chunk.toString()));
    request.on('end', () => answer(whole, response, seen.push(whole) - 1));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { seen, client: createClient({ url, token: 'secret', backoffMs: 1 }) };
}

const json = (response: ServerResponse, value: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const problem = (response: ServerResponse, error: AppError, headers = {}) =>
  json(response, toProblem(error, 'req_1'), error.status, headers);
const away = new AppError('service_unavailable', 'not now');

async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`not an AppError: ${String(error)}`);
}

const spec = { kind: 'train' } as never;

describe('a request', () => {
  it('carries the token, and its query without what is undefined', async () => {
    const { client, seen } = await serve((_, response) => json(response, { items: [], nextCursor: null, total: 0 }));
    await client.jobs.list({ state: ['queued', 'running'], limit: 5, name: undefined });
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/api/v1/jobs?limit=5&state=queued%2Crunning',
      headers: { authorization: 'Bearer secret', accept: 'application/json' },
    });
  });

  it('takes the address that is for browsers, too', async () => {
    const { seen } = await serve((_, response) => json(response, { items: [], nextCursor: null, total: 0 }));
    const { port } = server!.address() as AddressInfo;
    await createClient({ url: `http://127.0.0.1:${port}/?key=secret#x` }).jobs.list();
    expect(seen[0]!.url).toBe('/api/v1/jobs');
  });

  it('goes where the API is by then, with the token of that place', async () => {
    const { client: _fixed, seen } = await serve((_, response) => json(response, { items: [], nextCursor: null, total: 0 }));
    const port = (server!.address() as AddressInfo).port;
    const targets: (() => Target)[] = [
      () => ({ url: 'http://127.0.0.1:9', token: 'old' }),
      () => {
        throw new AppError('control_plane_unreachable', 'it is being started');
      },
      () => ({ url: `http://127.0.0.1:${port}`, token: 'new' }),
    ];
    const client = createClient({ target: () => targets.shift()!(), backoffMs: 1 });
    await client.jobs.list();
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer new']);
  });

  it('that is refused throws what the API said, and is not repeated', async () => {
    const refusal = new AppError('invalid_spec', 'kind: is required', {
      errors: [{ path: 'kind', message: 'is required', fix: 'add kind' }],
    });
    const { client, seen } = await serve((_, response) => problem(response, refusal));
    expect(await errorOf(client.jobs.submit(spec))).toMatchObject({
      code: 'invalid_spec',
      status: 422,
      message: 'kind: is required',
      errors: refusal.errors,
      context: { requestId: 'req_1' },
    });
    expect(seen).toHaveLength(1);
  });

  it('that may be repeated is, with the same idempotency key', async () => {
    const { client, seen } = await serve((_, response, count) => {
      if (count === 0) problem(response, away, { 'retry-after': '0' });
      else if (count === 1) response.destroy();
      else json(response, { id: 'job_1' }, 201);
    });
    expect(await client.jobs.submit({ text: 'kind: train', fileName: 'moby.yaml' })).toEqual({ id: 'job_1' });
    expect(seen.map(({ url, body }) => [url, body])).toEqual(Array(3).fill(['/api/v1/jobs?fileName=moby.yaml', 'kind: train']));
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('that makes something each time is not repeated', async () => {
    const { client, seen } = await serve((_, response) => problem(response, away));
    expect((await errorOf(client.tokens.create())).code).toBe('service_unavailable');
    expect(seen).toHaveLength(1);
  });

  it('to nobody says that the control plane is not there, and where it was looked for', async () => {
    const { client } = await serve(() => {});
    await new Promise((resolve) => server!.close(resolve));
    const error = await errorOf(client.jobs.get('job_1'));
    expect(error).toMatchObject({ code: 'control_plane_unreachable', retryable: true });
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
  });

  it('to something else than the API is an error too', async () => {
    const { client } = await serve((_, response) => response.end('<html>hello'));
    expect((await errorOf(client.nodes.list())).code).toBe('control_plane_unreachable');
    expect(await errorOf(new Promise((_, reject) => reject(captured(() => createClient({ url: 'ftp://x' })))))).toMatchObject({
      code: 'invalid_spec',
    });
  });

  it('for all pages follows the cursors', async () => {
    const { client, seen } = await serve((_, response, count) =>
      json(response, { items: [{ name: `m${count}` }], nextCursor: count < 2 ? `c${count}` : null, total: 3 }),
    );
    const names = [];
    for await (const { name } of pages((page) => client.models.list(page))) names.push(name);
    expect(names).toEqual(['m0', 'm1', 'm2']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/v1/models?limit=200',
      '/api/v1/models?limit=200&cursor=c0',
      '/api/v1/models?limit=200&cursor=c1',
    ]);
  });
});

function captured(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('following a stream', () => {
  const frames = Array.from({ length: 200 }, (_, index) => `id: ${index + 1}\nevent: log\ndata: {"line":"${index + 1}"}\n\n`);

  it('goes on behind the last frame after each break, so that none is missed and none comes twice', async () => {
    const { client, seen } = await serve((request, response, count) => {
      if (count % 3 === 1) return void problem(response, away);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const from = Number(request.headers['last-event-id'] ?? 0);
      const rest = frames.slice(from).join('');
      if (rest.length < 2000) return void response.end(`${rest}id: 200\nevent: end\ndata: {"state":"succeeded"}\n\n`);
      // Cut anywhere, also in the middle of a frame.
      response.write(rest.slice(0, 1000 + 7 * count), () => response.destroy());
    });
    const lines = [];
    for await (const { line } of client.jobs.logs('job_1', { rank: 1 })) lines.push(line);
    expect(lines).toEqual(frames.map((_, index) => String(index + 1)));
    expect(seen.length).toBeGreaterThan(5);
    expect(seen[0]).toMatchObject({ url: '/api/v1/jobs/job_1/logs?rank=1', headers: { accept: 'text/event-stream' } });
  });

  it('begins behind the sequence that it is given, and again at the beginning after a reset', async () => {
    const { client, seen } = await serve((_, response, count) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (count === 0) response.end('event: reset\ndata: {"oldest":1}\n\n');
      else response.end(`${frames[0]}event: end\ndata: {}\n\n`);
    });
    const lines = [];
    for await (const { line } of client.jobs.logs('job_1', { after: 7 })) lines.push(line);
    expect(lines).toEqual(['1']);
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual(['7', undefined]);
  });

  it('ends with the error of the API when trying again cannot help', async () => {
    const { client, seen } = await serve((_, response) => problem(response, new AppError('not_found', 'There is no job x')));
    expect((await errorOf(client.jobs.events('x').next())).code).toBe('not_found');
    expect(seen).toHaveLength(1);
  });

  it('ends when the API stays away', async () => {
    const { client } = await serve((_, response) => response.destroy());
    expect((await errorOf(client.jobs.events('x', { unreachableMsMax: 300 }).next())).code).toBe('control_plane_unreachable');
  });

  it('counts from the last answer how long the API is away, also when a job was quiet', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { client } = await serve((_, response, count) => {
      if (count === 0 || count === 2) return void response.destroy();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (count > 2) return void response.end(`${frames[0]}event: end\ndata: {}\n\n`);
      response.write(': alive\n\n', () => {
        // Quiet for longer than the API may be away.
        vi.setSystemTime(Date.now() + 600);
        response.destroy();
      });
    });
    const lines = [];
    for await (const { line } of client.jobs.logs('job_1', { unreachableMsMax: 500 })) lines.push(line);
    expect(lines).toEqual(['1']);
  });

  it('ends at once when the reader stops, and the connection with it', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { client } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frames[0]!);
      response.once('close', resolve);
    });
    const stop = new AbortController();
    const lines = [];
    for await (const { line } of client.jobs.logs('job_1', { signal: stop.signal })) {
      lines.push(line);
      setTimeout(() => stop.abort(), 10);
    }
    await closed;
    expect(lines).toEqual(['1']);
  });
});

describe('what a dashboard shows', () => {
  const job = 'job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E';
  const opened = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
  const written = (response: ServerResponse, text: string) => new Promise((resolve) => response.write(text, resolve));

  it('comes over one connection, which says when it is open, and ends when it is closed', async () => {
    const { client, seen } = await serve((_, response) => {
      void written(opened(response), 'retry: 1000\n\n')
        .then(() => written(response, `event: overview\ndata: {"a":1}\n\nevent: logs\ndata: {"job":"${job}","items":[]}\n\n`))
        .then(() => response.end());
    });
    const frames = client.live([{ kind: 'overview' }, { kind: 'logs', job, after: 7 }]);
    expect((await frames.next()).value).toEqual([]);
    const rest = [];
    for await (const batch of frames) rest.push(...batch);
    expect(rest).toEqual([
      { event: 'overview', data: { a: 1 } },
      { event: 'logs', data: { job, items: [] } },
    ]);
    expect(seen.map(({ url }) => url)).toEqual([`/api/v1/stream?topics=${encodeURIComponent(`overview,logs:${job}@7`)}`]);
    expect(seen[0]!.headers.accept).toBe('text/event-stream');
  });

  it('ends with an error that says why', async () => {
    const refused = await serve((_, response) => problem(response, new AppError('unauthorized', 'The token is over')));
    expect((await errorOf(refused.client.live([{ kind: 'jobs' }]).next())).code).toBe('unauthorized');
    expect(refused.seen).toHaveLength(1);
    server!.close();
    const broken = await serve((_, response) => void written(opened(response), ': alive\n\n').then(() => response.destroy()));
    const frames = broken.client.live([{ kind: 'jobs' }]);
    expect((await frames.next()).value).toEqual([]);
    const drain = async () => {
      for await (const batch of frames) expect(batch).toEqual([]);
    };
    expect((await errorOf(drain())).code).toBe('control_plane_unreachable');
  });

  it('is closed when its reader goes', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { client } = await serve((_, response) => {
      response.once('close', resolve);
      void written(opened(response), 'event: jobs\ndata: {}\n\n');
    });
    for await (const batch of client.live([{ kind: 'jobs' }])) if (batch.length > 0) break;
    await expect(closed).resolves.toBeUndefined();
  });

  it.each<[string, (client: Client) => Promise<unknown>, string]>([
    ['an overview', (client) => client.overview(), 'GET /api/v1/overview'],
    [
      'use',
      (client) => client.usage({ points: 10, from: '2026-01-01T00:00:00Z' }),
      'GET /api/v1/usage?points=10&from=2026-01-01T00%3A00%3A00Z',
    ],
    ['use of a device', (client) => client.devices.usage('dev/1'), 'GET /api/v1/devices/dev%2F1/usage'],
    ['templates', (client) => client.templates.list(), 'GET /api/v1/templates'],
    ['the devices for planning', (client) => client.plans.cluster(), 'GET /api/v1/plans/cluster'],
    ['who asks', (client) => client.session.get(), 'GET /api/v1/session'],
    ['to sign out', (client) => client.session.end(), 'DELETE /api/v1/session'],
    [
      'a short list of jobs from its middle on',
      (client) => client.jobs.summaries({ offset: 100, order: 'oldest', state: 'failed' }),
      'GET /api/v1/jobs?offset=100&order=oldest&state=failed&view=summary',
    ],
    ['jobs of every state', (client) => client.jobs.list({ state: [] }), 'GET /api/v1/jobs'],
    ['the end of logs', (client) => client.jobs.listLogs('x', { tail: true, rank: 0 }), 'GET /api/v1/jobs/x/logs?tail=true&rank=0'],
    [
      'a picture of metrics',
      (client) => client.jobs.metricsPicture('x', { points: 50, to: 9 }),
      'GET /api/v1/jobs/x/metrics?points=50&to=9',
    ],
  ])('is asked for where the API has it: %s', async (_, ask, expected) => {
    const { client, seen } = await serve((__, response) => json(response, {}));
    await ask(client);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([expected]);
  });

  it('signs a browser in with a token that is sent once, and not kept', async () => {
    const { seen } = await serve((_, response) => json(response, {}, 201));
    const { port } = server!.address() as AddressInfo;
    const browser = createClient({ url: `http://127.0.0.1:${port}` });
    await browser.session.create('secret');
    await browser.session.get();
    expect(seen.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['POST', 'Bearer secret'],
      ['GET', undefined],
    ]);
  });
});

describe('the sources', () => {
  it('run in a browser: nothing of Node is used', () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    expect(files.length).toBeGreaterThan(4);
    for (const file of files)
      expect(readFileSync(join(import.meta.dirname, file), 'utf8'), file).not.toMatch(/from 'node:|\bprocess\.|\bBuffer\b|\brequire\(/);
  });
});
