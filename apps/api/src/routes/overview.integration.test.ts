import {
  planSchema,
  type DeviceUsage,
  type DryRun,
  type List,
  type Overview,
  type PlanClusterResource,
  type Template,
  type Usage,
} from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, type TestApi } from '../../test/api.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api[Symbol.asyncDispose]();
});

const overview = async () => (await api.ask<Overview>('GET', 'overview')).body;
const attentionOf = async (kind: string) => (await overview()).attention.filter((item) => item.kind === kind);
/** The API looks at the nodes once a second. */
const soon = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 5000 });

describe('the overview', () => {
  it('counts nodes, devices and jobs', async () => {
    const { id } = await api.submit();
    await api.submit();
    await launch(api, id);
    await soon(async () => (await overview()).devices).toEqual({ total: 2, free: 0, allocated: 2, unhealthy: 0 });
    expect(await overview()).toMatchObject({
      nodes: { total: 1, ready: 1 },
      jobs: { running: 1, submitted: 1 },
      attention: [],
      attentionTotal: 0,
    });
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'succeeded', endAttempt: true });
    await soon(async () => (await overview()).devices.free).toBe(2);
    const { token } = await api.otherProject();
    expect((await api.ask<Overview>('GET', 'overview', { token })).body).toMatchObject({ jobs: {}, devices: { total: 2 } });
  });

  it('says how busy the devices are, while somebody measures', async () => {
    expect(await overview()).toMatchObject({ busy: null, useful: null });
    const record = (agoMs: number, busy: number | null) =>
      api.store.usage.record({
        time: new Date(Date.now() - agoMs),
        cluster: { devices: 2, allocated: 2, busy, useful: busy === null ? null : busy / 2, queued: 0, running: 1 },
        nodes: [],
      });
    await record(120_000, 2);
    expect(await overview()).toMatchObject({ busy: null, useful: null });
    await record(1000, 1.5);
    expect(await overview()).toMatchObject({ busy: 0.75, useful: 0.375 });
    await record(0, null);
    expect(await overview()).toMatchObject({ busy: null, useful: null });
  });

  it('names a job that failed within a day, until one of its name succeeds', async () => {
    const fail = async (name: string) => {
      const { id } = await api.submit({ name });
      await api.store.jobs.transition({
        jobId: id,
        from: ['submitted'],
        to: 'failed',
        reason: { code: 'nan_loss', message: 'The loss is NaN' },
      });
      return id;
    };
    const [first, second] = [await fail('first'), await fail('second')];
    expect(await attentionOf('job_failed')).toMatchObject([
      { job: { id: second, name: 'second' }, reason: { code: 'nan_loss' }, node: null },
      { job: { id: first, name: 'first' } },
    ]);
    const again = await api.submit({ name: 'first' });
    expect(await attentionOf('job_failed')).toHaveLength(2);
    await api.sql("update job set state = 'succeeded' where id = $1", [again.id]);
    expect((await attentionOf('job_failed')).map(({ job }) => job!.name)).toEqual(['second']);
    await api.sql("update job set ended_at = now() - interval '25 hours' where id = $1", [second]);
    expect(await attentionOf('job_failed')).toEqual([]);
  });

  it('names a job that waits for what does not come, and one that gets nowhere', async () => {
    const { id } = await api.submit({ name: 'large' });
    const wait = (code: string) =>
      api.store.jobs.setReasons([{ jobId: id, reason: { code, message: 'It waits' } }], { states: ['submitted'] });
    await wait('waiting_for_devices');
    expect(await attentionOf('job_stuck')).toEqual([]);
    for (const code of ['not_enough_devices', 'no_node_large_enough', 'nodes_unavailable']) {
      await wait(code);
      expect(await attentionOf('job_stuck')).toMatchObject([{ job: { id, name: 'large' }, reason: { code } }]);
    }
    await api.sql('update job set restarts_without_progress = 1 where id = $1', [id]);
    expect(await attentionOf('job_crashing')).toEqual([]);
    await api.sql('update job set restarts_without_progress = 2 where id = $1', [id]);
    expect(await attentionOf('job_crashing')).toMatchObject([{ job: { id } }]);
    const { token } = await api.otherProject();
    expect((await api.ask<Overview>('GET', 'overview', { token })).body.attention).toEqual([]);
    await api.sql("update job set state = 'cancelled' where id = $1", [id]);
    expect((await overview()).attention).toEqual([]);
  });

  it('names nodes and devices that cannot be used, and at most fifty things in all', async () => {
    const [here] = await api.store.nodes.list();
    const since = '2026-01-02T03:04:05.000Z';
    await api.sql('update device set healthy = false, health_since = $2 where node_id = $1 and index = 1', [here!.id, since]);
    await soon(() => attentionOf('device_unhealthy')).toMatchObject([
      { node: 'here', job: null, since, reason: { indexes: [1], devices: 2 } },
    ]);
    expect((await overview()).devices).toEqual({ total: 2, free: 1, allocated: 0, unhealthy: 1 });
    await api.store.nodes.setState(here!.id, 'unhealthy');
    await soon(() => attentionOf('node_unhealthy')).toMatchObject([{ node: 'here', reason: { code: 'node_unhealthy' } }]);
    expect(await attentionOf('device_unhealthy')).toEqual([]);
    await api.sql(
      `insert into job (id, project_id, queue, name, kind, state, spec, ended_at)
       select 'job_' || lpad(i::text, 26, '0'), $1, 'default', 'f' || i, 'train', 'failed', '{}', now() + i * interval '1 s' from generate_series(1, 60) i`,
      [api.projectId],
    );
    const { attention, attentionTotal } = await overview();
    expect([attention.length, attentionTotal, attention[0]!.job!.name]).toEqual([50, 61, 'f60']);
    expect(attention.map(({ since }) => since)).toEqual(
      attention
        .map(({ since }) => since)
        .toSorted()
        .toReversed(),
    );
    await api.sql("delete from job where name like 'f%' and spec = '{}'");
    await api.sql('update device set healthy = true');
    await api.store.nodes.setState(here!.id, 'ready');
    await soon(overview).toMatchObject({ attention: [], nodes: { ready: 1 } });
  });
});

describe('use over time', () => {
  it('is asked for by range and number of points', async () => {
    const begin = Date.UTC(2026, 0, 1);
    const [{ id: nodeId, devices } = { id: '', devices: [] }] = await api.store.nodes.list();
    for (let half = 1; half <= 20; half++)
      await api.store.usage.record({
        time: new Date(begin + half * 30_000),
        cluster: { devices: 2, allocated: 1, busy: 1, useful: 0.5, queued: 3, running: 1 },
        nodes: [{ nodeId, busy: [0.5, null], memoryBytes: [1024, null] }],
      });
    const range = 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:20:00Z';
    const { status, body } = await api.ask<Usage>('GET', `usage?${range}&points=4`);
    expect(status).toBe(200);
    expect(body).toEqual({
      times: [0, 5, 10, 15].map((minutes) => new Date(begin + minutes * 60_000).toISOString()),
      devices: [2, 2, null, null],
      allocated: [1, 1, null, null],
      busy: [1, 1, null, null],
      useful: [0.5, 0.5, null, null],
      queued: [3, 3, null, null],
      running: [1, 1, null, null],
    });
    const today = (await api.ask<Usage>('GET', 'usage')).body;
    expect(today.times).toHaveLength(288);
    expect(Math.abs(Date.parse(today.times[0]!) - (Date.now() - 86_400_000))).toBeLessThan(60_000);
    const device = (await api.ask<DeviceUsage>('GET', `devices/${devices[0]!.id}/usage?${range}`)).body;
    expect(device).toMatchObject({ device: devices[0]!.id, busy: [...Array<number>(20).fill(0.5), ...Array<null>(20).fill(null)] });
    expect(device.memoryBytes[0]).toBe(1024);
    expect((await api.ask<DeviceUsage>('GET', `devices/${devices[1]!.id}/usage`)).body.busy).toHaveLength(120);
  });

  it.each([
    ['usage?from=yesterday', 'from'],
    ['usage?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
    ['usage?to=0000-01-01T00:00:00Z', 'to'],
    ['usage?from=0000-01-01T00:00:00Z', 'from'],
    ['devices/x/usage?to=1970-01-01T00:59:59Z', 'to'],
    ['usage?points=1', 'points'],
    ['usage?points=9999', 'points'],
    ['devices/x/usage?points=3', 'points'],
  ])('that makes no sense is refused by field: %s', async (path, field) => {
    expectProblem(await api.ask('GET', path), 422, 'invalid_spec', field);
  });

  it('of a device that is not there is not found', async () => {
    for (const id of ['x', 'dev_01J9ZQ6T8W3V5X7Y9A1B2C3D4E']) expectProblem(await api.ask('GET', `devices/${id}/usage`), 404, 'not_found');
  });
});

describe('templates', () => {
  it('can be submitted as they are, in every project, and say how long they take here', async () => {
    for (const token of [api.adminToken, (await api.otherProject()).token]) {
      const { status, body } = await api.ask<List<Template>>('GET', 'templates', { token });
      expect(status).toBe(200);
      expect(body.items.map(({ id }) => id)).toEqual(['moby-dick', 'smoke-test', 'gpt2-small']);
      for (const { id, spec, minutes, problem } of body.items) {
        expect(problem, id).toBeNull();
        const headers = { 'content-type': 'application/yaml' };
        const dry = await api.ask<DryRun>('POST', 'jobs?dryRun=true', { body: spec, headers, token });
        expect(dry.status, `${id}: ${dry.text}`).toBe(200);
        expect(planSchema.parse(dry.body.plan).devices).toBe(2);
        expect(minutes, id).toBeCloseTo(dry.body.plan.days! * 1440, 0);
      }
    }
  });

  it('that do not fit on what is there now say why', async () => {
    await using small = await startTestApi();
    await small.sql('delete from device where index > 0');
    const { items } = (await small.ask<List<Template>>('GET', 'templates')).body;
    for (const { id, minutes, problem } of items) expect([minutes, problem?.code], id).toEqual([null, 'not_enough_devices']);
  });
});

describe('the cluster for planning elsewhere', () => {
  it('has each shape of node once', async () => {
    await using large = await startTestApi();
    await large.sql(`insert into node (id, name, cores, memory_bytes) select 'n' || i, 'n' || i, 64, 1 from generate_series(1, 5) i`);
    await large.sql(`insert into device (id, node_id, index, type, memory_bytes)
      select n.id || '-' || i, n.id, i, 'h100', 80 from node n, generate_series(0, 7) i where n.cores = 64`);
    await large.sql("update device set healthy = false where id = 'n5-7'");
    const { status, body } = await large.ask<PlanClusterResource>('GET', 'plans/cluster');
    expect(status).toBe(200);
    expect(body.nodes.map(({ count, devices }) => [count, devices.length, devices[0]!.type])).toEqual([
      [1, 2, 'cpu'],
      [4, 8, 'h100'],
      [1, 7, 'h100'],
    ]);
  });
});
