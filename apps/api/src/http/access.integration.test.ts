import { createHash } from 'node:crypto';
import type { CreatedToken, List, Token, Upload } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, type TestApi } from '../../test/api.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api[Symbol.asyncDispose]();
});

const create = async (body: object) => {
  const answer = await api.ask<CreatedToken>('POST', 'tokens', { body });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};

describe('a token', () => {
  it('is shown once, and works until it is revoked', async () => {
    const { id, token } = await create({});
    expect((await api.ask('GET', 'jobs', { token })).status).toBe(200);
    const list = await api.ask<List<Token>>('GET', 'tokens');
    expect(list.text).not.toContain(token);
    expect(list.body.items.map((row) => row.id)).toContain(id);
    expect((await api.ask('DELETE', `tokens/${id}`)).status).toBe(204);
    const refused = await api.ask('GET', 'jobs', { token });
    expectProblem(refused, 401, 'unauthorized');
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
    // Whoever guesses learns nothing from the difference.
    const guessed = await api.ask<{ detail: string }>('GET', 'jobs', { token: 'mst_guess' });
    expect(guessed.body.detail).toBe((refused.body as { detail: string }).detail);
  });

  it('that is over is refused, and none is made that is over', async () => {
    const { token } = await api.store.tokens.create({
      projectId: api.projectId,
      name: 'old',
      role: 'admin',
      expiresAt: new Date(Date.now() - 1000),
    });
    expectProblem(await api.ask('GET', 'jobs', { token }), 401, 'unauthorized');
    for (const expiresAt of ['2020-01-01T00:00:00Z', '0000-01-01T00:00:00Z'])
      expectProblem(await api.ask('POST', 'tokens', { body: { expiresAt } }), 422, 'invalid_spec', 'expiresAt');
    expectProblem(await api.ask('POST', 'tokens', { body: { expiresAt: 'tomorrow' } }), 422, 'invalid_spec', 'expiresAt');
    expect((await create({ expiresAt: '9999-12-31T23:59:59Z' })).expiresAt).toBe('9999-12-31T23:59:59.000Z');
  });

  it.each([
    [{ role: 'root' }, 'role'],
    [{ name: '' }, 'name'],
    [{ name: 'a\nb' }, 'name'],
    [{ scope: 'all' }, 'scope'],
    [{ project: '../x' }, 'project'],
    [[], ''],
  ])('that makes no sense is refused by field: %j', async (body, path) => {
    expectProblem(await api.ask('POST', 'tokens', { body }), 422, 'invalid_spec', path);
  });

  const looking = [
    'jobs',
    'nodes',
    'models',
    'projects',
    'queues',
    'devices',
    'uploads',
    'overview',
    'usage',
    'templates',
    'plans/cluster',
  ];
  it.each([
    ['viewer', looking.map((path) => `GET ${path}`)],
    ['member', [...looking.map((path) => `GET ${path}`), 'POST plans', 'POST jobs', 'POST uploads']],
  ])('of a %s may do what the role says and nothing else', async (role, allowed) => {
    const { token } = await create({ role });
    for (const { method, url, permission } of api.app.routeTable) {
      if (!url.startsWith('/api/v1/') || url.includes(':')) continue;
      const { status, body } = await api.ask(method, url, { token, ...(method === 'POST' ? { body: {} } : {}) });
      const route = `${method} ${url.slice('/api/v1/'.length)}`;
      if (permission === 'authenticated' || allowed.includes(route)) expect(status, route).not.toBe(403);
      else if (status === 403)
        expect(body, route).toMatchObject({ code: 'forbidden', detail: expect.stringContaining(permission!) as string });
      else expect(allowed, `${route} answered ${status}`).toContain(route);
    }
    expectProblem(await api.ask('DELETE', 'tokens/tok_01J9ZQ6T8W3V5X7Y9A1B2C3D4E', { token }), 403, 'forbidden');
  });
});

it('a token says when it was last used, whatever it may do', async () => {
  for (const role of ['admin', 'member', 'viewer']) {
    const { id, token } = await create({ role });
    const lastUsedAt = async () =>
      (await api.ask<List<Token>>('GET', 'tokens?limit=200')).body.items.find((item) => item.id === id)!.lastUsedAt;
    expect(await lastUsedAt(), role).toBeNull();
    await api.ask('GET', 'tokens', { token });
    expect(Date.now() - Date.parse((await lastUsedAt())!), role).toBeLessThan(60_000);
  }
});

describe('what belongs to another project', () => {
  it('is not there', async () => {
    const { token } = await api.otherProject();
    const { id } = await api.submit();
    const { attempt } = await launch(api, id);
    const upload = await api.ask<{ id: string }>('POST', 'uploads?name=a.txt', {
      body: 'secret',
      headers: { 'content-type': 'application/octet-stream' },
    });
    const made = await create({});
    const paths = ['', '/events', '/metrics', '/logs', '/checkpoints', '/attempts', '/explain'].map((part) => `jobs/${id}${part}`);
    for (const path of [...paths, `uploads/${upload.body.id}`]) {
      expect((await api.ask('GET', path)).status, path).toBe(200);
      const theirs = await api.ask<{ detail: string }>('GET', path, { token });
      expectProblem(theirs, 404, 'not_found');
      const nowhere = await api.ask<{ detail: string }>('GET', path.replace(/_.{26}/, '_01J9ZQ6T8W3V5X7Y9A1B2C3D4E'), { token });
      const anonymous = (text: string) => text.replace(/_.{26}/, '');
      expect(anonymous(theirs.body.detail)).toBe(anonymous(nowhere.body.detail));
    }
    expectProblem(await api.ask('GET', `jobs/${id}/events`, { token, headers: { accept: 'text/event-stream' } }), 404, 'not_found');
    expectProblem(await api.ask('POST', `jobs/${id}/cancel`, { token }), 404, 'not_found');
    expectProblem(await api.ask('DELETE', `tokens/${made.id}`, { token }), 404, 'not_found');
    expect((await api.ask('GET', 'jobs', { token: made.token })).status).toBe(200);
    const sameContent = `uploads?name=a.txt&sha256=${createHash('sha256').update('secret').digest('hex')}`;
    expect((await api.ask<List<Upload>>('GET', sameContent)).body.items).toEqual([upload.body]);
    expect((await api.ask<List<Upload>>('GET', sameContent, { token })).body).toEqual({ items: [], nextCursor: null, total: 0 });
    for (const list of ['jobs', 'queues', 'tokens', 'projects']) {
      const text = (await api.ask('GET', `${list}?limit=200`, { token })).text;
      for (const secret of [id, made.id, attempt.id, api.projectId]) expect(text, list).not.toContain(secret);
    }
    expectProblem(await api.ask('POST', 'tokens', { token, body: { project: 'default' } }), 404, 'not_found', 'project');
  });
});

describe('an upload', () => {
  it('is named by a job of its project, and its path stays here', async () => {
    const text = 'Call me Ishmael. '.repeat(100);
    const upload = await api.ask<{ id: string; reference: string }>('POST', 'uploads?name=moby.txt', {
      body: text,
      headers: { 'content-type': 'text/plain' },
    });
    expect(upload.status, upload.text).toBe(201);
    expect(upload.body).toMatchObject({ name: 'moby.txt', bytes: text.length, reference: `upload:${upload.body.id}` });
    expect((await api.ask('GET', upload.headers['location'] as string)).body).toEqual(upload.body);
    const again = await api.ask('POST', 'uploads?name=moby.txt', {
      body: text,
      headers: { 'content-type': 'text/plain' },
    });
    expect([again.status, again.body, again.headers['location']]).toEqual([200, upload.body, upload.headers['location']]);
    const job = await api.submit({ data: { text: [upload.body.reference] } });
    expect(job.spec).toMatchObject({ data: { text: [upload.body.reference] } });
    for (const path of [`jobs/${job.id}`, 'jobs']) expect((await api.ask('GET', path)).text, path).not.toContain(api.home);
    const stored = await api.store.jobs.get('everyProject', job.id);
    expect(JSON.stringify(stored!.spec)).toContain(api.home);
  });

  it('that is too large, unnamed or compressed is refused', async () => {
    const type = { 'content-type': 'application/octet-stream' };
    const large = await api.fetch('uploads?name=big', { method: 'POST', body: Buffer.alloc(50 * 2 ** 20), headers: type });
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([413, 'body_too_large']);
    expectProblem(await api.ask('POST', 'uploads', { body: 'x', headers: type }), 422, 'invalid_spec', 'name');
    expectProblem(await api.ask('POST', 'uploads?name=a%00b', { body: 'x', headers: type }), 422, 'invalid_spec', 'name');
    expectProblem(
      await api.ask('POST', 'uploads?name=a', { body: 'x', headers: { ...type, 'content-encoding': 'gzip' } }),
      415,
      'unsupported_media_type',
    );
  });
});

describe('lists of what there is', () => {
  it('answer as their schemas say', async () => {
    const answers = await Promise.all(
      ['nodes', 'nodes/here', 'devices', 'queues', 'models?limit=200', 'models/GPT2', 'projects', 'tokens', '/readyz'].map((path) =>
        api.ask('GET', path),
      ),
    );
    expect(answers.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(9).fill(200));
    const [nodes, node, devices, queues] = answers.map(({ body }) => body);
    expect(nodes).toMatchObject({ total: 1, items: [node] });
    expect(devices).toMatchObject({ total: 2, items: [{ node: 'here', index: 0, type: 'cpu' }, { index: 1 }] });
    expect(queues).toMatchObject({ total: 1, items: [{ name: 'default', project: 'default' }] });
    for (const path of ['nodes/none', 'models/none', 'uploads/none', 'tokens/none'])
      expectProblem(await api.ask(path.startsWith('tokens') ? 'DELETE' : 'GET', path), 404, 'not_found');
    const metrics = await api.ask('GET', '/metrics');
    expect(metrics.text).toMatch(/massif_jobs\{state="\w+"\} \d+/);
    expect(metrics.text).toMatch(/massif_api_request_duration_seconds_count\{method="GET",route="\/api\/v1\/nodes",status="200"\} \d+/);
  });
});
