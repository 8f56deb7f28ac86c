import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { problemContentType } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildUnopenedApp } from '../openapi/unopened.ts';
import type { App } from './context.ts';

const root = mkdtempSync(join(tmpdir(), 'massif-dashboard-'));
const directory = join(root, 'dist');
const document = '<!doctype html><title>Massif</title>';
const script = `console.log('${'x'.repeat(2000)}')`;

let app: App;
beforeAll(async () => {
  mkdirSync(join(directory, 'assets'), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'Ishmael');
  writeFileSync(join(directory, 'assets/main-a1b2.js'), script);
  writeFileSync(join(directory, 'assets/main-a1b2.js.br'), brotliCompressSync(script));
  writeFileSync(join(directory, 'theme.js'), '1');
  writeFileSync(join(directory, '.hidden'), 'hidden');
  app = await buildUnopenedApp({ dashboard: directory });
});
afterAll(async () => {
  await app.close();
  rmSync(root, { recursive: true });
});

const ask = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
  app.inject({ method, url, headers });
/** What a browser says that goes somewhere. */
const page = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

it('is there as soon as it was built; until then `/` leads to the documentation', async () => {
  const before = await ask('/', page);
  expect([before.statusCode, before.headers.location]).toEqual([302, '/docs']);
  expect((await ask('/jobs', page)).statusCode).toBe(404);
  writeFileSync(join(directory, 'index.html'), document);
  const { statusCode, headers, body } = await ask('/', page);
  expect([statusCode, body]).toEqual([200, document]);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    etag: expect.any(String) as string,
  });
  expect((await ask('/', { ...page, 'if-none-match': headers.etag as string })).statusCode).toBe(304);
});

describe('once it is built', () => {
  beforeAll(() => writeFileSync(join(directory, 'index.html'), document));

  it.each(['/jobs', '/jobs/job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E?tab=logs', '/cluster/nodes/gpu-1.rack', '/?signin=expired', '/apiary'])(
    'has its document at every address of a page: %s',
    async (url) => {
      const { statusCode, body, headers } = await ask(url, page);
      expect([statusCode, body]).toEqual([200, document]);
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self';.*connect-src 'self'/);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect((await ask(url, page, 'HEAD')).statusCode).toBe(200);
    },
  );

  it('lets browsers keep what has its hash in its name, compressed for those who can read it', async () => {
    const plain = await ask('/assets/main-a1b2.js');
    expect([plain.statusCode, plain.body]).toEqual([200, script]);
    expect(plain.headers).toMatchObject({
      'content-type': 'application/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const compressed = await ask('/assets/main-a1b2.js', { 'accept-encoding': 'gzip, deflate, br' });
    expect(compressed.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'application/javascript; charset=utf-8',
      vary: 'accept-encoding',
    });
    expect((await ask('/theme.js')).headers['cache-control']).toBe('no-cache');
  });

  it.each<Record<string, string>>([
    { range: 'bytes=0-9' },
    { range: 'bytes=99999999-' },
    { range: 'bytes=-0' },
    { 'if-match': '"another"' },
    { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  ])('is answered whole, whatever part of it or state it must be in: %j', async (headers) => {
    for (const url of ['/', '/assets/main-a1b2.js', '/docs/static/swagger-ui.css'] as const) {
      const whole = await ask(url, page);
      const { statusCode, body } = await ask(url, { ...page, ...headers });
      expect([statusCode, body.length], url).toEqual([200, whole.body.length]);
    }
  });

  it.each([
    '/api/v1/nothing',
    '/api',
    '/internal/v1/x',
    '/v1/models',
    '/docs/nothing',
    '/assets/gone-a1b2.js',
    '/assets/',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/.hidden',
    '/a%00b',
  ])('does not take the place of what is not there, or not its own: %s', async (url) => {
    const { statusCode, headers, body } = await ask(url, page);
    expect(body).not.toContain('Ishmael');
    // A page's router may say itself that there is nothing; the rest is an error for programs.
    if (body === document) return expect(url).toMatch(/\.\.|%2e|%00|hidden/);
    expect([statusCode, headers['content-type']]).toEqual([404, problemContentType]);
  });

  it('is for browsers: a program that asks for data gets a problem', async () => {
    for (const accept of ['*/*', 'application/json', '']) expect((await ask('/jobs', { accept })).statusCode, accept).toBe(404);
    expect((await ask('/jobs', page, 'POST')).statusCode).toBe(404);
    const elsewhere = await ask('/healthz', page);
    expect(elsewhere.headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(elsewhere.headers['content-security-policy']).not.toContain('self');
    expect((await ask('/api/v1/jobs', page, 'POST')).statusCode).toBe(401);
  });

  it('leaves the documentation its own policy', async () => {
    const { statusCode, headers } = await ask('/docs/', page);
    expect(statusCode).toBe(200);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });
});
