import { newId } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, range, sha256, type TestStore } from '../../test/store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

describe('defaults', () => {
  it('are made once, whoever asks for them at the same time', async () => {
    const { store, sql, projectId } = test;
    const made = await Promise.all(range(0, 8).map(() => store.projects.ensureDefaults()));
    expect(new Set(made.map(({ project, adminUserId }) => `${project.id} ${adminUserId}`)).size).toBe(1);
    expect(await store.projects.list()).toMatchObject([{ id: projectId, name: 'default' }]);
    expect(await store.projects.byName('default')).toMatchObject({ id: projectId });
    expect(await store.projects.byName('other')).toBeNull();
    expect(await sql('select name from app_user')).toEqual([{ name: 'admin' }]);
  });
});

describe('tokens', () => {
  it('of sessions that have been over for a month are gone with the next session', async () => {
    const { store, sql, projectId } = test;
    const session = (days: number) =>
      store.tokens.createSession({
        projectId,
        name: `over for ${days} days`,
        role: 'admin',
        userId: null,
        expiresAt: new Date(Date.now() - days * 86_400_000),
        parentId: null,
      });
    for (const days of [31, 29, -7]) await session(days);
    await session(-1);
    const rows = await sql('select name from api_token where session order by expires_at');
    expect(rows.map(({ name }) => name)).toEqual(['over for 29 days', 'over for -1 days', 'over for -7 days']);
  });

  it('are recognised until they are revoked or over, and stored only as a hash', async () => {
    const { store, sql, projectId } = test;
    const { token, row } = await store.tokens.create({ projectId, name: 'ci', role: 'member' });
    expect(row).toMatchObject({
      projectId,
      project: 'default',
      name: 'ci',
      role: 'member',
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    });
    expect(Object.keys(row)).not.toContain('hash');
    expect(await store.tokens.verify(token)).toMatchObject({ id: row.id, project: 'default', role: 'member' });
    expect(
      await sql('select t::text like $1 as plain, hash = $2 as hashed from api_token t where id = $3', [
        `%${token}%`,
        sha256(token),
        row.id,
      ]),
    ).toEqual([{ plain: false, hashed: true }]);
    expect((await store.tokens.verify(token))!.lastUsedAt).toBeInstanceOf(Date);
    for (const wrong of ['', 'x', token.slice(0, -1), `${token}x`, 'nul \0']) expect(await store.tokens.verify(wrong)).toBeNull();

    await sql("update api_token set expires_at = now() - interval '1 ms' where id = $1", [row.id]);
    expect(await store.tokens.verify(token)).toBeNull();
    await sql('update api_token set expires_at = null where id = $1', [row.id]);
    expect(await store.tokens.revoke({ projectId: newId('project') }, row.id)).toBeNull();
    expect(await store.tokens.verify(token)).not.toBeNull();
    const revoked = await store.tokens.revoke({ projectId }, row.id);
    expect(revoked!.revokedAt).toBeInstanceOf(Date);
    expect(await store.tokens.revoke({ projectId }, row.id)).toEqual(revoked);
    expect(await store.tokens.verify(token)).toBeNull();
  });

  it('are listed in pages without those that were revoked', async () => {
    const { store, sql, projectId } = test;
    await sql('delete from api_token');
    const made = [];
    for (const index of range(0, 5)) made.push((await store.tokens.create({ projectId, name: `t${index}`, role: 'viewer' })).row);
    await store.tokens.revoke({ projectId }, made[2]!.id);
    const first = await store.tokens.list({ projectId }, { limit: 3 });
    expect([first.items.map(({ name }) => name), first.total]).toEqual([['t4', 't3', 't1'], 4]);
    const second = await store.tokens.list({ projectId }, { limit: 3, cursor: first.nextCursor! });
    expect([second.items.map(({ name }) => name), second.nextCursor]).toEqual([['t0'], null]);
    await expect(store.tokens.list({ projectId }, { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_cursor' });
    expect((await store.tokens.list({ projectId: newId('project') })).total).toBe(0);
  });

  it('of the administrator are kept while they are good', async () => {
    const { store, projectId } = test;
    const first = await store.tokens.ensureAdmin(undefined);
    expect(first.created).toBe(true);
    expect(await store.tokens.ensureAdmin(first.token)).toEqual({ token: first.token, created: false });
    const row = (await store.tokens.verify(first.token))!;
    expect(row).toMatchObject({ role: 'admin', userId: (await store.projects.ensureDefaults()).adminUserId });
    const { token } = await store.tokens.create({ projectId, name: 'm', role: 'member' });
    expect((await store.tokens.ensureAdmin(token)).created).toBe(true);
    await store.tokens.revoke('everyProject', row.id);
    expect((await store.tokens.ensureAdmin(first.token)).created).toBe(true);
  });
});

describe('queues', () => {
  it('count the jobs in them', async () => {
    const { store, submit, run, projectId } = test;
    const queue = await store.queues.ensure({ projectId, name: 'night' });
    expect(await store.queues.ensure({ projectId, name: 'night' })).toEqual(queue);
    const { id } = await submit({ queue: 'night' });
    await submit();
    await run();
    await store.jobs.transition({ jobId: id, from: ['submitted'], to: 'cancelled' });
    const counts = (await store.queues.list({ projectId })).map(({ name, activeJobs, waitingJobs }) => [name, activeJobs, waitingJobs]);
    expect(counts).toEqual([
      ['default', 2, 1],
      ['night', 0, 0],
    ]);
    expect(await store.queues.list({ projectId: newId('project') })).toEqual([]);
  });
});
