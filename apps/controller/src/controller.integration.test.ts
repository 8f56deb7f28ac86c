import { setTimeout as delay } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { createLocalCluster } from '@massif/cluster';
import { newId } from '@massif/contracts';
import { isAlive, processIdentity } from '@massif/processes';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startController } from './controller.ts';
import { readEnvironment } from './env.ts';
import { createInstallation, type Installation } from './fixtures/installation.ts';

const patience = { timeout: 40_000, interval: 20 };
const wholeLife = ['submitted', 'planned', 'queued', 'admitted', 'launching', 'running', 'succeeded'];
const recovery = ['recovering', 'queued', 'admitted', 'launching', 'running'];

async function setUp(): Promise<Installation> {
  const installation = await createInstallation();
  onTestFinished(() => installation[Symbol.asyncDispose]());
  return installation;
}

const untilState = ({ job }: Installation, id: string, state: string) =>
  expect.poll(async () => (await job(id)).state, patience).toBe(state);
const heldDevices = async ({ store }: Installation) =>
  (await store.nodes.list()).flatMap(({ devices }) => devices.flatMap(({ heldBy }) => heldBy ?? []));

it('counts no devices of a host that is not there any more', async () => {
  const world = await setUp();
  const device = { index: 0, type: 'cpu', memoryBytes: 2 ** 40 };
  await world.store.nodes.upsert([{ name: 'an-earlier-name', cores: 64, memoryBytes: 2 ** 40, devices: [device] }]);
  await world.startController().ready;
  const nodes = await world.store.nodes.list();
  expect(
    nodes
      .map(({ name, devices }) => [name === 'an-earlier-name', devices.some(({ healthy }) => healthy)])
      .toSorted(([a], [b]) => Number(a) - Number(b)),
  ).toEqual([
    [false, true],
    [true, false],
  ]);
});

describe('a job', () => {
  let world: Installation;
  beforeAll(async () => {
    world = await createInstallation();
    await world.startController().ready;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('goes through its whole life', async ({ annotate }) => {
    const id = await world.submit({ behaviour: 'quick', devices: 2 });
    await untilState(world, id, 'succeeded');
    expect(await world.states(id)).toEqual(wholeLife);
    const events = await world.store.events.after('everyProject', id);
    const launchMs = events.find(({ to }) => to === 'launching')!.time.getTime() - events[0]!.time.getTime();
    await annotate(`from submitted to launching: ${launchMs} ms`);
    expect((await world.job(id)).result).toMatchObject({ model: { loss: 1.5 }, sample: 'Call me' });
    expect(world.starts(id)).toHaveLength(1);
    expect(await heldDevices(world)).toEqual([]);
  });

  it('waits for devices and says for which, and no device is given twice', async () => {
    const total = (await world.store.nodes.list()).flatMap(({ devices }) => devices).length;
    const running = await world.submit({ behaviour: 'waits', devices: total });
    await untilState(world, running, 'running');
    // More than there is room for, and few processes also on a host of many devices.
    const half = { behaviour: 'quick', devices: Math.ceil(total / 2) };
    const waiting = await Promise.all(Array.from({ length: 4 }, () => world.submit(half)));
    await expect
      .poll(async () => (await world.job(waiting[0]!)).reason, patience)
      .toMatchObject({ code: 'waiting_for_devices', heldBy: [running] });
    expect((await world.job(waiting[0]!)).reason?.message).toContain(running);
    world.go(running);
    for (const id of [running, ...waiting]) {
      await untilState(world, id, 'succeeded');
      expect(await world.states(id)).toEqual(wholeLife);
      expect((await world.job(id)).reason).toBeNull();
    }
    expect(await heldDevices(world)).toEqual([]);
  });

  it('that was killed is tried again from its last checkpoint', async () => {
    const id = await world.submit({ behaviour: 'crashes-once' });
    await untilState(world, id, 'succeeded');
    const states = await world.states(id);
    // Nobody may have seen its first attempt run, which was lost without a word.
    if (states[5] !== 'running') states.splice(5, 0, 'running');
    expect(states).toEqual([...wholeLife.slice(0, -1), ...recovery, 'succeeded']);
    const attempts = await world.store.attempts.list('everyProject', id);
    expect(attempts.map(({ number, resumedFrom }) => [number, resumedFrom])).toEqual([
      [2, 2],
      [1, null],
    ]);
    expect(await world.job(id)).toMatchObject({ restarts: 1, restartsWithoutProgress: 0 });
    expect(world.starts(id).map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('fails for good when trying again cannot help', async () => {
    const id = await world.submit({ behaviour: 'diverges' });
    await untilState(world, id, 'failed');
    expect((await world.job(id)).reason).toMatchObject({ code: 'nan_loss', message: 'The loss became NaN' });
    expect(await heldDevices(world)).toEqual([]);
  });

  it('is cancelled, whether it waits or runs', async () => {
    const total = (await world.store.nodes.list()).flatMap(({ devices }) => devices).length;
    const running = await world.submit({ behaviour: 'waits', devices: total });
    await untilState(world, running, 'running');
    const waiting = await world.submit({ behaviour: 'quick' });
    await untilState(world, waiting, 'queued');
    for (const id of [waiting, running]) await world.store.jobs.requestCancel('everyProject', id);
    for (const id of [waiting, running]) await untilState(world, id, 'cancelled');
    expect(world.starts(waiting)).toEqual([]);
    expect(processIdentity(world.starts(running)[0]!.pid)).toBeUndefined();
    expect(await heldDevices(world)).toEqual([]);
  });

  it('that runs longer than it may is ended', async () => {
    const id = await world.submit({ behaviour: 'waits', spec: { limits: { maxDuration: '1s' } } });
    await untilState(world, id, 'failed');
    expect((await world.job(id)).reason).toMatchObject({ code: 'max_duration_exceeded' });
  });

  it('keeps as many checkpoints as it is to, and the files of no others', async () => {
    const id = await world.submit({ behaviour: 'saves-often' });
    await untilState(world, id, 'succeeded');
    const kept = (await world.store.checkpoints.list('everyProject', id)).items;
    expect(kept.map(({ step }) => step)).toEqual([5, 4]);
    const pathOf = (step: number) => kept[0]!.path.replace(/step-5$/, `step-${step}`);
    expect([1, 2, 3, 4, 5].map((step) => existsSync(pathOf(step)))).toEqual([false, false, false, true, true]);
  });
});

describe('a controller', () => {
  it('is told of whatever is to be done, and does not wait for its sweep', async () => {
    const world = await setUp();
    const environment = readEnvironment({ ...process.env, ...world.environment });
    const controller = startController(environment, pino({ level: 'silent' }), { sweepEveryMs: 3_600_000 });
    onTestFinished(() => controller.close());
    await controller.ready;
    // Each needs the whole host, so that the others wait for it.
    const devices = (await world.store.nodes.list()).flatMap((node) => node.devices).length;
    const submit = (behaviour: string) => world.submit({ behaviour, devices });
    const [crashing, quick] = await Promise.all([submit('crashes-once'), submit('quick')]);
    for (const id of [crashing, quick]) await untilState(world, id, 'succeeded');
    const running = await submit('waits');
    await untilState(world, running, 'running');
    const waiting = await submit('waits');
    await untilState(world, waiting, 'queued');
    world.go(running);
    await untilState(world, waiting, 'running');
    await world.store.jobs.requestCancel('everyProject', waiting);
    await untilState(world, waiting, 'cancelled');
    expect((await world.job(running)).state).toBe('succeeded');
  });

  it('fails a job that cannot be read, and goes on with the others', async () => {
    const world = await setUp();
    const id = newId('job');
    const { project } = await world.store.projects.ensureDefaults();
    const broken = { id, projectId: project.id, queue: 'default', name: 'broken', kind: 'train', priority: 9 };
    await world.store.jobs.submit({ ...broken, spec: { kind: 'what' }, plan: null });
    const planless = await world.submit({ behaviour: 'quick', priority: 9 });
    const planned = { jobId: planless, from: ['submitted'], to: 'queued', patch: { plan: { layout: 'none' } } } as const;
    expect(await world.store.jobs.transition(planned)).not.toBeNull();
    const good = await world.submit({ behaviour: 'quick' });
    await world.startController().ready;
    await untilState(world, good, 'succeeded');
    await untilState(world, id, 'failed');
    expect((await world.job(id)).reason).toMatchObject({ code: 'internal', message: 'Its spec cannot be read' });
    await untilState(world, planless, 'failed');
  });

  it('that is killed at any moment, again and again, doubles and loses nothing', async () => {
    const world = await setUp();
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, index) => world.submit({ behaviour: index % 4 === 3 ? 'crashes-once' : 'quick' })),
    );
    const ended = async () => (await Promise.all(ids.map(world.job))).filter(({ state }) => state === 'succeeded').length;
    // Moments from before it acts to the middle of its work; the lease of a killed one delays the next.
    for (const lifeMs of [700, 3600, 3900, 4300, 3300, 5000]) {
      const controller = world.startController();
      await delay(lifeMs);
      await controller.kill();
      if ((await ended()) === ids.length) break;
    }
    world.startController();
    for (const id of ids) {
      await untilState(world, id, 'succeeded');
      expect((await world.states(id)).filter((state) => state === 'succeeded')).toHaveLength(1);
      const starts = world.starts(id).map(({ attempt }) => attempt);
      expect(new Set(starts).size).toBe(starts.length);
      expect(Math.max(...starts)).toBe((await world.job(id)).attempt);
    }
    expect(await heldDevices(world)).toEqual([]);
  }, 240_000);

  it('finds the gangs of the one before, which ran on', async () => {
    const world = await setUp();
    const first = world.startController();
    await first.ready;
    const id = await world.submit({ behaviour: 'waits' });
    await untilState(world, id, 'running');
    // It has 2.5 s of its own; the rest is for a busy machine.
    expect(await first.stop()).toBeLessThan(10_000);
    const [{ pid }] = world.starts(id) as [{ attempt: number; pid: number }];
    expect(processIdentity(pid)).toBeDefined();
    await world.startController().ready;
    world.go(id);
    await untilState(world, id, 'succeeded');
    expect(world.starts(id)).toEqual([{ attempt: 1, pid }]);
  });

  it('goes on with a job whose gang ended while there was none', async () => {
    const world = await setUp();
    const first = world.startController();
    await first.ready;
    const id = await world.submit({ behaviour: 'waits' });
    await untilState(world, id, 'running');
    await expect.poll(async () => (await world.job(id)).progress?.step ?? 0, patience).toBeGreaterThan(1);
    await first.stop();
    const supervisor = processIdentity(world.starts(id)[0]!.pid)!;
    process.kill(supervisor.pid, 'SIGTERM');
    await expect.poll(() => isAlive(supervisor), patience).toBe(false);
    world.go(id);
    await world.startController().ready;
    await untilState(world, id, 'succeeded');
    expect(await world.states(id)).toEqual([...wholeLife.slice(0, -1), ...recovery, 'succeeded']);
    // It was asked to leave, wrote a checkpoint and did: that is no restart that counts.
    expect(await world.job(id)).toMatchObject({ attempt: 2, restarts: 0 });
    expect((await world.store.attempts.ofJob('everyProject', id))?.resumedFrom).toBe(10);
  });

  it('waits while another one acts, and takes over when that one is killed', async () => {
    const world = await setUp();
    const first = world.startController();
    await first.ready;
    const holder = async () => (await world.store.lease.find('controller'))!.holder;
    const firstHolder = await holder();
    const second = world.startController();
    let secondReady = false;
    void second.ready.then(() => (secondReady = true));
    const ids = await Promise.all(Array.from({ length: 6 }, () => world.submit({ behaviour: 'quick' })));
    for (const id of ids) await untilState(world, id, 'succeeded');
    // A machine that stands still for seconds takes the lease from the first; then the second may act.
    expect(secondReady && (await holder()) === firstHolder).toBe(false);
    for (const id of ids) expect(await world.states(id)).toEqual(wholeLife);
    const begin = performance.now();
    await first.kill();
    await second.ready;
    // The lease of one that was killed is over after 3 s; the rest is for a busy machine.
    expect(performance.now() - begin).toBeLessThan(20_000);
    const id = await world.submit({ behaviour: 'quick' });
    await untilState(world, id, 'succeeded');
  });

  it('needs no Redis', async () => {
    const world = await setUp();
    await world.redis.kill();
    await world.startController().ready;
    const id = await world.submit({ behaviour: 'quick' });
    await untilState(world, id, 'succeeded');
    await world.redis.restart();
    const later = await world.submit({ behaviour: 'quick' });
    await untilState(world, later, 'succeeded');
    expect(await world.states(later)).toEqual(wholeLife);
  });

  it('stops a gang that no job knows', async () => {
    const world = await setUp();
    const cluster = createLocalCluster({ home: world.home, command: ['sh', '-c', 'sleep 600'], environment: process.env });
    onTestFinished(() => cluster.close());
    const gang = { jobId: newId('job'), attempt: 3 };
    await cluster.launch({
      devices: [],
      ...gang,
      assignment: {},
    });
    expect(await cluster.list()).toHaveLength(1);
    await world.startController().ready;
    await expect.poll(() => cluster.list(), patience).toEqual([]);
  });
});
