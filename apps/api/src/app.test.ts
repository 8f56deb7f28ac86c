import { connect, type AddressInfo } from 'node:net';
import { problemContentType, problemSchema } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildUnopenedApp } from './openapi/unopened.ts';
import type { App } from './routes/context.ts';

let app: App;
let port: number;

beforeAll(async () => {
  app = await buildUnopenedApp();
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const ask = (method: string, url: string, rest: { headers?: Record<string, string>; payload?: string } = {}) =>
  app.inject({ method: method as Method, url, ...rest });

function expectProblem(response: { statusCode: number; headers: object; body: string }, status: number, code: string) {
  expect(response.headers).toMatchObject({ 'content-type': problemContentType });
  const problem = problemSchema.parse(JSON.parse(response.body));
  expect(problem).toMatchObject({ status, code });
  expect(response.statusCode).toBe(status);
  expect(problem.requestId).toMatch(/./);
  return problem;
}

/** Sends bytes as they are, and reads until the server closes. */
function talk(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('without a token', () => {
  it('every route but the public ones is refused, before its body is read', async () => {
    const open = app.routeTable.filter(({ permission }) => permission === 'public').map(({ method, url }) => `${method} ${url}`);
    expect(open.filter((route) => !route.includes(' /docs')).toSorted()).toEqual([
      'GET /',
      'GET /*',
      'GET /healthz',
      'GET /openapi.json',
      'GET /readyz',
    ]);
    const closed = app.routeTable.filter(({ permission }) => permission !== 'public');
    expect(closed.length).toBeGreaterThan(25);
    for (const { method, url } of closed) {
      const address = url.replaceAll(/:\w+/g, 'x');
      for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer ' }] as Record<string, string>[]) {
        const body = method === 'POST' ? { headers: { ...headers, 'content-type': 'application/json' }, payload: '{' } : { headers };
        const response = await ask(method, address, body);
        expectProblem(response, 401, 'unauthorized');
        if (!url.startsWith('/internal')) expect(response.headers['www-authenticate'], address).toMatch(/^Bearer/);
      }
    }
  });

  it('there are health, documents and a way to them', async () => {
    expect((await ask('GET', '/healthz')).json()).toEqual({ status: 'ok' });
    expect((await ask('GET', '/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
    expect((await ask('GET', '/docs/')).body).toContain('swagger');
    const home = await ask('GET', '/');
    expect([home.statusCode, home.headers.location]).toEqual([302, '/docs']);
    expect((await ask('GET', '/?key=any')).headers.location).toBe('/?signin=expired');
    expect((await ask('HEAD', '/healthz')).statusCode).toBe(200);
  });
});

describe('an address', () => {
  it.each(['/nothing', '/api/v1/nothing', '/api/v1/jobs/a/b/c/d', '/api/v2/jobs', '/v1/models', '/api/v1/jobs/x/pause', '/../etc/passwd'])(
    'that is not there is not found: %s',
    async (url) => {
      expectProblem(await ask('GET', url), 404, 'not_found');
      expectProblem(await ask('DELETE', url), 404, 'not_found');
    },
  );

  it.each(['/%', '/%E0%A4%A', '/api/v1/jobs/%ff%fe', '/api/v1/jobs/%zz', `/api/v1/jobs/${'x'.repeat(3000)}`])(
    'that cannot be decoded, or is too long, is not found: %#',
    async (url) => {
      const response = await ask('GET', url);
      const { requestId } = expectProblem(response, 404, 'not_found');
      expect(response.headers).toMatchObject({
        'x-request-id': requestId,
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      });
    },
  );

  it('that is there under other methods names them', async () => {
    const response = await ask('PUT', '/api/v1/jobs');
    expectProblem(response, 405, 'method_not_allowed');
    expect(response.headers['allow']).toBe('POST, GET');
    expectProblem(await ask('POST', '/healthz'), 405, 'method_not_allowed');
    expectProblem(await ask('GET', '/api/v1/jobs/x/cancel?y'), 405, 'method_not_allowed');
  });

  it('that a later version may change or delete is not found until then', async () => {
    expectProblem(await ask('PATCH', '/api/v1/jobs/x'), 404, 'not_found');
    expectProblem(await ask('DELETE', '/api/v1/jobs/x'), 404, 'not_found');
  });

  it('says which request it answered: the id of the caller when it is sane', async () => {
    const given = await ask('GET', '/nothing', { headers: { 'x-request-id': 'mine-1' } });
    expect(given.headers['x-request-id']).toBe('mine-1');
    expect(expectProblem(given, 404, 'not_found').requestId).toBe('mine-1');
    const insane = await ask('GET', '/nothing', { headers: { 'x-request-id': 'a\tb' } });
    expect(insane.headers['x-request-id']).toMatch(/^req_/);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n', 400, 'malformed_body'],
    ['a bad header', 'GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n', 400, 'malformed_body'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n', 400, 'malformed_body'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400, 'malformed_body'],
    ['a negative length', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n', 400, 'malformed_body'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nhost: x\r\n${'x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(2000)}`,
      431,
      'body_too_large',
    ],
  ])('%s is told so', async (_, bytes, status, code) => {
    const [head, body] = (await talk(bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain(problemContentType);
    expect(problemSchema.parse(JSON.parse(body!))).toMatchObject({ status, code, requestId: expect.stringMatching(/^req_/) as string });
  });

  it('does not disturb others', async () => {
    await talk('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });
});
