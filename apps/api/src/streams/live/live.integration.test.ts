import type { CreatedToken, LiveData, Session } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, type TestApi } from '../../../test/api.ts';
import { openLive, type Live } from '../../../test/sse.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api[Symbol.asyncDispose]();
});

/** The slowest frames come every two seconds. */
const soon = { timeout: 10_000 };
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const nowhere = 'job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E';

/** A job that runs, and one that ends it. */
async function running(change: object = {}) {
  const { id } = await api.submit(change);
  const attempt = await launch(api, id);
  return { id, ...attempt, end: () => api.store.jobs.transition({ jobId: id, from: ['running'], to: 'succeeded', endAttempt: true }) };
}

const itemsOf = <Name extends 'events' | 'metrics' | 'logs'>(live: Live, name: Name) =>
  live.of(name).flatMap(({ items }) => items as LiveData<Name>['items'][number][]);

describe('a job that somebody looks at', () => {
  it('is there at once, then with everything that it does, over one connection', async () => {
    const { id, report, say, end } = await running();
    await report(1, range(0, 9));
    await using live = await openLive(api, `job:${id},events:${id},metrics:${id}@0,logs:${id}`);
    await expect.poll(() => itemsOf(live, 'logs').length, soon).toBe(10);
    for (const seq of range(2, 10)) await report(seq, range((seq - 1) * 10, seq * 10 - 1));
    await say('checkpoints', { step: 100, path: '/checkpoints/100', bytes: 0, files: [] });
    await expect.poll(() => live.of('job').at(-1)?.progress?.step, soon).toBe(100);
    await end();
    await expect.poll(() => live.of('ended').length, soon).toBe(3);
    await expect.poll(() => live.of('job').at(-1)?.state, soon).toBe('succeeded');
    expect(itemsOf(live, 'metrics').map(({ step }) => step)).toEqual(range(0, 99));
    expect(itemsOf(live, 'logs').map(({ line }) => line)).toEqual(range(0, 99).map((step) => `step ${step}`));
    const { eventSeq } = (await api.store.jobs.get('everyProject', id))!;
    expect(itemsOf(live, 'events').map(({ seq }) => seq)).toEqual(range(1, eventSeq));
    expect(
      live
        .of('ended')
        .map(({ series, state }) => `${series} ${state}`)
        .toSorted(),
    ).toEqual(['events', 'logs', 'metrics'].map((series) => `${series} succeeded`));
    // A reading of it is a second apart from the next, whatever happens.
    expect(live.of('job').length).toBeLessThan(20);
    expect(live.of('job').at(-1)).toEqual((await api.ask('GET', `jobs/${id}`)).body);
  });

  it('is resumed behind what was seen; what never was there begins again', async () => {
    const { id, report, end } = await running();
    await report(1, range(0, 9));
    await using live = await openLive(api, `logs:${id}@7,metrics:${id}@1000000,events:${id}@2`);
    await expect.poll(() => itemsOf(live, 'metrics').length, soon).toBe(10);
    await expect.poll(() => itemsOf(live, 'logs').map(({ seq }) => seq), soon).toEqual([8, 9, 10]);
    expect(live.of('reset')).toEqual([{ job: id, series: 'metrics', oldest: 1 }]);
    expect(live.frames.findIndex(({ event }) => event === 'reset')).toBeLessThan(live.frames.findIndex(({ event }) => event === 'metrics'));
    await expect.poll(() => itemsOf(live, 'events')[0]?.seq, soon).toBe(3);
    await end();
    await expect.poll(() => live.of('ended').length, soon).toBe(3);
  });

  it('says why it waits as soon as that is another reason', async () => {
    const { id } = await api.submit();
    await using live = await openLive(api, `job:${id}`);
    const wait = (message: string) =>
      api.store.jobs.setReasons([{ jobId: id, reason: { code: 'waiting_for_devices', message } }], { states: ['submitted'] });
    for (const message of ['for two devices', 'for one device']) {
      await wait(message);
      await expect.poll(() => live.of('job').at(-1)?.reason?.message, soon).toBe(message);
    }
  });

  it('that is not there, or not theirs, says nothing, and keeps nobody else from speaking', async () => {
    const { id } = await api.submit();
    const { token } = await api.otherProject();
    await using live = await openLive(api, `job:${id},logs:${id},job:${nowhere},overview`, { token });
    await expect.poll(() => live.of('overview').length, soon).toBe(1);
    expect(live.frames.map(({ event }) => event)).toEqual(['overview']);
  });
});

describe('the jobs of a project', () => {
  it('are counted at first, then told by what changed, and only theirs', async () => {
    const theirs = await api.otherProject();
    await using live = await openLive(api, 'jobs');
    await using other = await openLive(api, 'jobs', { token: theirs.token });
    await expect.poll(() => live.of('jobs').length, soon).toBe(1);
    const [first] = live.of('jobs');
    expect(first).toEqual({ changes: [], counts: await api.store.jobs.countByState({ projectId: api.projectId }) });
    const { id, report, end } = await running({ name: 'watched' });
    const last = () =>
      live
        .of('jobs')
        .flatMap(({ changes }) => changes.filter((change) => change.id === id))
        .at(-1);
    await expect.poll(() => last()?.state, soon).toBe('running');
    expect(live.of('jobs').at(-1)!.counts).toMatchObject({ running: 1 });
    await report(1, range(0, 4));
    await expect.poll(() => last()?.progress?.step, soon).toBe(5);
    await end();
    await expect.poll(() => last()?.state, soon).toBe('succeeded');
    expect(last()).toMatchObject({ name: 'watched', model: 'gpt2', devices: 2 });
    await expect.poll(() => other.of('jobs'), soon).toEqual([{ changes: [], counts: {} }]);
  });

  it('are told after the connection to the database was lost, too', async () => {
    await using live = await openLive(api, 'jobs');
    await expect.poll(() => live.of('jobs').length, soon).toBe(1);
    await api.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name like '% listener'");
    // Nobody hears of this one.
    const [{ id } = { id: '' }] = (await api.sql(
      `insert into job (id, project_id, queue, name, kind, state, spec)
       values ('job_00000000000000000000000007', $1, 'default', 'unheard', 'train', 'cancelled', '{"kind": "train"}') returning id`,
      [api.projectId],
    )) as { id: string }[];
    await expect.poll(() => live.of('jobs').flatMap(({ changes }) => changes.map((change) => change.id)), soon).toContain(id);
    await api.sql('delete from job where id = $1', [id]);
  });
});

it('the overview comes at once, and whenever it is another', async () => {
  await using live = await openLive(api, 'overview');
  await using second = await openLive(api, 'overview');
  await expect.poll(() => live.of('overview').length, soon).toBe(1);
  expect(live.of('overview')[0]).toEqual((await api.ask('GET', 'overview')).body);
  const { end } = await running();
  for (const reader of [live, second]) await expect.poll(() => reader.of('overview').at(-1)?.devices.allocated, soon).toBe(2);
  await end();
  for (const reader of [live, second]) await expect.poll(() => reader.of('overview').at(-1)?.devices.allocated, soon).toBe(0);
});

describe('the devices', () => {
  it('are all there at first, then those that changed', async () => {
    await using live = await openLive(api, 'devices');
    await expect.poll(() => live.of('devices').length, soon).toBe(1);
    expect(live.of('devices')[0]).toMatchObject({
      nodes: [{ name: 'here', rack: null, state: 'ready', type: 'cpu', devices: 2 }],
      index: null,
      state: [0, 0],
      busy: [null, null],
      memory: [null, null],
    });
    const { end } = await running();
    await expect
      .poll(() => live.of('devices').at(-1), soon)
      .toMatchObject({ nodes: null, index: [0, 1], state: [1, 1], busy: [null, null] });
    const GiB = 2 ** 30;
    expect(api.measure([{ name: 'here', busy: [null, 0.428], memoryBytes: [null, GiB] }])).toBe(true);
    await expect.poll(() => live.of('devices').at(-1), soon).toMatchObject({ index: [1], state: [1], busy: [43], memory: [25] });
    // Whoever comes now has it all.
    await using late = await openLive(api, 'devices');
    await expect
      .poll(() => late.of('devices')[0], soon)
      .toMatchObject({ index: null, state: [1, 1], busy: [null, 43], memory: [null, 25] });
    // When nobody measures any more, nobody knows.
    await expect.poll(() => live.of('devices').at(-1), { timeout: 15_000 }).toMatchObject({ index: [1], busy: [null], memory: [null] });
    await end();
    await expect.poll(() => live.of('devices').at(-1), soon).toMatchObject({ index: [0, 1], state: [0, 0] });
  });

  it('are told anew when nodes come or go, by rack and by number', async () => {
    await using live = await openLive(api, 'devices');
    await expect.poll(() => live.of('devices').length, soon).toBe(1);
    await api.sql(`insert into node (id, name, rack, cores, memory_bytes) values
      ('n10', 'n10', 'r2', 1, 1), ('n9', 'n9', 'r2', 1, 1), ('n1', 'n1', 'r10', 1, 1)`);
    await api.sql(`insert into device (id, node_id, index, type, memory_bytes, healthy) select n || '-0', n, 0, 'h100', 80, n <> 'n9'
      from unnest(array['n10', 'n9', 'n1']) n`);
    await expect.poll(() => live.of('devices').at(-1)?.state, soon).toEqual([2, 0, 0, 0, 0]);
    expect(
      live
        .of('devices')
        .at(-1)!
        .nodes!.map(({ name }) => name),
    ).toEqual(['n9', 'n10', 'n1', 'here']);
    await api.sql("delete from node where name like 'n%'");
    await expect
      .poll(
        () =>
          live
            .of('devices')
            .at(-1)
            ?.nodes?.map(({ name }) => name),
        soon,
      )
      .toEqual(['here']);
  });
});

describe('whoever may not look any more', () => {
  const signedIn = async (body: object = {}) => {
    const { token, id } = (await api.ask<CreatedToken>('POST', 'tokens', { body })).body;
    const host = new URL(api.url).host;
    const answer = await api.ask<Session>('POST', 'session', { token, headers: { host } });
    const cookie = (answer.headers['set-cookie'] as string).split(';', 1)[0]!;
    return { id, session: answer.body.token, options: { token: null, headers: { cookie } } };
  };

  it.each([
    ['is signed out', ({ session }: { session: string }) => api.ask('DELETE', `tokens/${session}`)],
    ['lost the token that he signed in with', ({ id }: { id: string }) => api.ask('DELETE', `tokens/${id}`)],
    [
      'had his time',
      ({ session }: { session: string }) => api.sql("update api_token set expires_at = now() - interval '1 ms' where id = $1", [session]),
    ],
  ])('because he %s is cut off within seconds, and told why when he comes again', async (_, end) => {
    const who = await signedIn();
    await using live = await openLive(api, 'overview,devices', who.options);
    await using unharmed = await openLive(api, 'overview');
    await expect.poll(() => live.of('devices').length, soon).toBe(1);
    const startedAt = performance.now();
    await end(who);
    await live.ended;
    expect(performance.now() - startedAt).toBeLessThan(8000);
    const again = await api.fetch('stream?topics=overview', who.options);
    expect(again.status).toBe(401);
    await again.body?.cancel();
    await expect.poll(() => unharmed.of('overview').length, soon).toBeGreaterThan(0);
  });

  it('is cut off from the stream of one job, too', async () => {
    const { id } = await api.submit();
    const { token, id: tokenId } = (await api.ask<CreatedToken>('POST', 'tokens', { body: {} })).body;
    const response = await api.fetch(`jobs/${id}/events`, { token, headers: { accept: 'text/event-stream' } });
    await api.ask('DELETE', `tokens/${tokenId}`);
    const text = await response.text();
    expect(text).toContain('event: event');
    expect(text).not.toContain('event: end');
  });
});

describe('a stream', () => {
  it.each([
    '',
    'topics=',
    'topics=weather',
    'topics=job:x',
    'topics=overview@3',
    `topics=${Array(21).fill('jobs').join(',')}`,
    'topics=jobs&x=1',
  ])('that makes no sense is refused: %s', async (query) => {
    expectProblem(await api.ask('GET', `stream?${query}`), 422, 'invalid_spec');
  });

  it('needs a token, and the permission of each topic', async () => {
    expectProblem(await api.ask('GET', 'stream?topics=jobs', { token: null }), 401, 'unauthorized');
    const { token } = await api.store.tokens.create({ projectId: api.projectId, name: 'x', role: 'stranger' });
    for (const topic of ['overview', 'jobs', 'devices', `job:${nowhere}`, `logs:${nowhere}`])
      expectProblem(await api.ask('GET', `stream?topics=${topic}`, { token }), 403, 'forbidden');
    const viewer = await api.store.tokens.create({ projectId: api.projectId, name: 'x', role: 'viewer' });
    await using live = await openLive(api, 'overview,jobs,devices,overview', { token: viewer.token });
    await expect.poll(() => live.frames.map(({ event }) => event).toSorted(), soon).toEqual(['devices', 'jobs', 'overview']);
  });

  it('is not looked at without a body, and leaves nothing behind when its reader goes', async () => {
    expect((await api.fetch('stream?topics=jobs', { method: 'HEAD' })).status).toBe(405);
    const live = await openLive(api, 'devices');
    await expect.poll(() => api.measure([]), soon).toBe(true);
    await live[Symbol.asyncDispose]();
    await expect.poll(() => api.measure([]), soon).toBe(false);
  });
});
