import type { CreatedToken, List, Session, Token } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, startTestApi, type Answer, type TestApi } from '../../test/api.ts';

const signInKey = 'k'.repeat(43);
const week = 7 * 86_400_000;

let api: TestApi;
beforeAll(async () => void (api = await startTestApi({ signInKey })));
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api[Symbol.asyncDispose]();
});

const host = '127.0.0.1:7700';
/** A browser at our address: its cookies, and what it says of the page that asks. */
const browser = (cookie?: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) => ({
  token: null,
  headers: { host, ...headers, ...(cookie === undefined ? {} : { cookie }) },
});
const setCookieOf = ({ headers }: Answer<unknown>) => headers['set-cookie'] as string | undefined;
const cookieOf = (answer: Answer<unknown>) => setCookieOf(answer)!.split(';', 1)[0]!;
const visit = (query: string, cookie?: string) => api.ask('GET', `/?${query}`, browser(cookie));
const signIn = async () => cookieOf(await visit(`key=${signInKey}`));
const sessions = async () => (await api.ask<List<Token>>('GET', 'tokens?limit=200')).body.items.filter(({ session }) => session);
const createToken = async (body: object) => (await api.ask<CreatedToken>('POST', 'tokens', { body })).body;

describe('whoever opens the address that was printed', () => {
  it('is an administrator for a week, by a cookie that nobody but our pages can use', async () => {
    const answer = await visit(`key=${signInKey}`);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(setCookieOf(answer)).toMatch(/^massif_session_7700=massif_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    const { status, body } = await api.ask<Session>('GET', 'session', browser(cookieOf(answer)));
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'browser', role: 'admin', project: 'default', demo: false });
    expect(body.permissions).toContain('tokens:write');
    expect(Math.abs(Date.parse(body.expiresAt!) - Date.now() - week)).toBeLessThan(60_000);
    expect(await sessions()).toMatchObject([{ id: body.token, session: true }]);
  });

  it('again has the session that it had', async () => {
    const cookie = await signIn();
    const before = (await sessions()).length;
    const again = await visit(`key=${signInKey}`, cookie);
    expect([again.status, again.headers['location'], setCookieOf(again)]).toEqual([303, '/', undefined]);
    expect(await sessions()).toHaveLength(before);
    await api.ask('DELETE', 'session', browser(cookie));
    expect(setCookieOf(await visit(`key=${signInKey}`, cookie))).toBeDefined();
  });

  it('is an administrator also when somebody less was signed in there, whose session is over', async () => {
    const { token } = await createToken({ role: 'viewer' });
    const viewer = cookieOf(await api.ask('POST', 'session', { ...browser(), token }));
    const roleOf = async (cookie: string) => (await api.ask<Session>('GET', 'session', browser(cookie))).body.role;
    const wrong = await visit('key=wrong', viewer);
    expect([wrong.headers['location'], setCookieOf(wrong), await roleOf(viewer)]).toEqual(['/', undefined, 'viewer']);
    const answer = await visit(`key=${signInKey}`, viewer);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/']);
    expect(await roleOf(cookieOf(answer))).toBe('admin');
    expectProblem(await api.ask('GET', 'session', browser(viewer)), 401, 'unauthorized');
    expect((await api.ask('GET', 'session', { token })).status).toBe(200);
  });

  it.each(['key=wrong', 'key=', `key=${signInKey}x`, `key=${signInKey}&key=${signInKey}`, 'key=%00', `key=${'x'.repeat(5000)}`])(
    'with another key is told that it is over: %#',
    async (query) => {
      const answer = await visit(query);
      expect([answer.status, answer.headers['location'], setCookieOf(answer)]).toEqual([303, '/?signin=expired', undefined]);
    },
  );

  it('over TLS has a cookie for TLS only, also behind a proxy', async () => {
    const answer = await api.ask('GET', `/?key=${signInKey}`, {
      token: null,
      headers: { host: 'gpu.example', 'x-forwarded-proto': 'https' },
    });
    expect(setCookieOf(answer)).toMatch(/^massif_session_443=.*; Secure; SameSite=Strict$/);
  });

  it('is not signed in by a look without a body', async () => {
    expect(setCookieOf(await api.ask('HEAD', `/?key=${signInKey}`, browser()))).toBeUndefined();
  });
});

describe('a cookie', () => {
  it('opens what its role does, of this port only, until its browser signs out', async () => {
    const cookie = await signIn();
    expect((await api.ask('GET', 'tokens', browser(cookie))).status).toBe(200);
    expectProblem(await api.ask('GET', 'tokens', { token: null, headers: { host: '127.0.0.1:7701', cookie } }), 401, 'unauthorized');
    const out = await api.ask('DELETE', 'session', browser(cookie));
    expect(out.status).toBe(204);
    expect(setCookieOf(out)).toMatch(/^massif_session_7700=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970/);
    for (const path of ['session', 'tokens']) expectProblem(await api.ask('GET', path, browser(cookie)), 401, 'unauthorized');
  });

  it('that is over, revoked, or none of ours is refused', async () => {
    const cookie = await signIn();
    const { body } = await api.ask<Session>('GET', 'session', browser(cookie));
    await api.sql("update api_token set expires_at = now() - interval '1 ms' where id = $1", [body.token]);
    expectProblem(await api.ask('GET', 'session', browser(cookie)), 401, 'unauthorized');
    expect((await sessions()).map(({ id }) => id)).not.toContain(body.token);

    const other = await signIn();
    const { token } = (await api.ask<Session>('GET', 'session', browser(other))).body;
    expect((await api.ask('DELETE', `tokens/${token}`)).status).toBe(204);
    expectProblem(await api.ask('GET', 'session', browser(other)), 401, 'unauthorized');

    for (const value of ['', 'x', api.adminToken]) {
      const answer = await api.ask('GET', 'session', browser(`massif_session_7700=${value}`));
      expectProblem(answer, 401, 'unauthorized');
    }
  });

  it.each<[string, Record<string, string>, number]>([
    ['a page of ours', { 'sec-fetch-site': 'same-origin' }, 201],
    ['a page of ours, from a browser that says only its origin', { origin: `http://${host}` }, 201],
    ['a page of ours behind a proxy', { origin: `https://${host}` }, 201],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:3000' }, 403],
    ['another site, though it names our origin', { 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, 403],
    ['another port, from a browser that says only its origin', { origin: 'http://127.0.0.1:3000' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['nobody knows where', {}, 403],
  ])('lets %s change something, or not', async (_, headers, status) => {
    const cookie = await signIn();
    const answer = await api.ask('POST', 'tokens', { ...browser(cookie, headers), body: {} });
    expect(answer.status, answer.text).toBe(status);
    // Looking is not changing: browsers keep the answer from other pages.
    expect((await api.ask('GET', 'tokens', browser(cookie, headers))).status).toBe(200);
  });

  it('does not stand in the way of a token', async () => {
    const { token } = await createToken({ role: 'viewer' });
    const headers = { cookie: await signIn(), host, 'sec-fetch-site': 'cross-site' };
    expect((await api.ask<Session>('GET', 'session', { token, headers })).body.role).toBe('viewer');
    expectProblem(await api.ask('POST', 'tokens', { token, headers, body: {} }), 403, 'forbidden');
    expect((await api.ask('POST', 'tokens', { headers, body: {} })).status).toBe(201);
    expectProblem(await api.ask('GET', 'session', { token: 'wrong', headers }), 401, 'unauthorized');
  });
});

describe('signing in with a token', () => {
  const post = (token: string, cookie?: string) => api.ask<Session>('POST', 'session', { ...browser(cookie), token });

  it('gives a session of its role and project, no longer good than the token', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { token } = await createToken({ role: 'member', expiresAt });
    const answer = await post(token);
    expect([answer.status, answer.headers['location']]).toEqual([201, '/api/v1/session']);
    expect(answer.body).toMatchObject({ role: 'member', project: 'default', expiresAt });
    const seen = await api.ask('GET', 'session', browser(cookieOf(answer)));
    expect(seen.body).toEqual(answer.body);
    expectProblem(await api.ask('POST', 'tokens', { ...browser(cookieOf(answer)), body: {} }), 403, 'forbidden');
    const other = await api.otherProject();
    expect((await post(other.token)).body.project).not.toBe('default');
  });

  it('ends with that token, also for who signs in at that moment', async () => {
    const { id, token } = await createToken({});
    const cookie = cookieOf(await post(token));
    const [late] = await Promise.all([post(token), api.ask('DELETE', `tokens/${id}`)]);
    expectProblem(await api.ask('GET', 'session', browser(cookie)), 401, 'unauthorized');
    if (late.status === 201) expectProblem(await api.ask('GET', 'session', browser(cookieOf(late))), 401, 'unauthorized');
    expectProblem(await post(token), 401, 'unauthorized');
  });

  it('takes the place of the session that the browser had', async () => {
    const first = await signIn();
    const second = cookieOf(await post(api.adminToken, first));
    expectProblem(await api.ask('GET', 'session', browser(first)), 401, 'unauthorized');
    expect((await api.ask('GET', 'session', browser(second))).status).toBe(200);
  });

  it('is not needed twice, and needs a token', async () => {
    const cookie = await signIn();
    const before = (await sessions()).length;
    const answer = await api.ask<Session>('POST', 'session', browser(cookie));
    expect([answer.status, setCookieOf(answer), (await sessions()).length]).toEqual([200, undefined, before]);
    expectProblem(await api.ask('POST', 'session', browser()), 401, 'unauthorized');
    expectProblem(await post('wrong'), 401, 'unauthorized');
  });
});

it('an API token is not revoked by signing out', async () => {
  const { token } = await createToken({});
  expectProblem(await api.ask('DELETE', 'session', { token }), 409, 'conflict');
  expect((await api.ask('GET', 'session', { token })).status).toBe(200);
});
