import { canTransition, singleDeviceLayout, type Plan } from '@massif/contracts';
import { machines, worldBeginsMs } from '@massif/cluster/simulated';
import type { PastJob } from '@massif/store';
import { describe, expect, it } from 'vitest';
import type { Plans } from '../plans.ts';
import { makePast } from './make.ts';
import type { Place } from './place.ts';
import { usageOfDay } from './usage.ts';

const everyMs = 30_000;
const none = { compute: 0, tpComm: 0, ppComm: 0, dpComm: 0, cpComm: 0, epComm: 0, bubble: 0, optimizer: 0, offload: 0, other: 0 };
const plans: Plans = {
  of: ({ devices }, steps) =>
    ({
      layout: { ...singleDeviceLayout, dp: devices },
      devices,
      stepTimeMs: 15_000,
      memoryGiB: 50,
      memoryParts: { parameters: 3e9 },
      mfu: 0.5,
      hfu: 0.5,
      tokensPerSecond: 1e5,
      parts: none,
      costUsd: null,
      days: steps,
    }) satisfies Plan,
};
const nowMs = Date.UTC(2026, 10, 28, 12);
const place: Place = {
  seed: 5,
  home: '/home/m/demo',
  apiUrl: 'http://127.0.0.1:7700',
  projectId: 'prj_1',
  nowMs: worldBeginsMs,
  timeOf: (worldMs) => new Date(nowMs + worldMs - worldBeginsMs),
  deviceOf: (node, index) => ({ nodeId: node, deviceId: `${node}/${index}` }),
  cores: 128,
};
const nodes = machines(5, 60).map(({ name }) => name);
const past = makePast({ place, nodes, plans, jobs: 130 });
const told = [...past.present()];
const present = told.map(({ past: job }) => job);
const gangs = told.flatMap(({ gang }) => gang ?? []);
const ended = [...past.ended()];
const all = [...present, ...ended];
const stateOf = ({ events }: PastJob) => events.filter(({ type }) => type === 'transition').at(-1)!.to!;

describe('the past of a demo', () => {
  it('ends with as many jobs as are to be there, that run or wait, and remembers many that ended', () => {
    const states = Map.groupBy(present, stateOf);
    const count = (state: ReturnType<typeof stateOf>) => states.get(state)?.length ?? 0;
    expect(count('running')).toBeGreaterThan(50);
    expect(count('queued')).toBeGreaterThan(30);
    expect(Math.abs(count('running') + count('launching') + count('queued') - 130)).toBeLessThan(15);
    expect(gangs).toHaveLength(count('running') + count('launching') + count('admitted'));
    expect(ended.length).toBeGreaterThan(30);
    expect(ended.every((job) => ['succeeded', 'failed', 'cancelled', 'recovering', 'queued'].includes(stateOf(job)))).toBe(true);
  });

  it('is the same for the same seed', () => {
    const again = makePast({ place, nodes, plans, jobs: 130 });
    const tell = ({ job, steps, events }: PastJob) => [job.name, steps, events.map(({ time, to }) => [time, to])];
    expect([...again.present()].map(({ past: job }) => tell(job))).toEqual(present.map(tell));
  });

  it('tells nothing of what is written already', () => {
    const written = new Set(all.slice(10).map(({ job }) => job.name));
    const missing = makePast({ place, nodes, plans, jobs: 130, written });
    const names = [...[...missing.present()].map(({ past: job }) => job), ...missing.ended()].map(({ job }) => job.name);
    expect(names).toEqual(all.slice(0, 10).map(({ job }) => job.name));
  });

  it('tells jobs as they live: in order, by transitions that there are, with every step once', () => {
    for (const { events, steps, evaluations, checkpoints, attempts, logs } of all) {
      const times = events.map(({ time }) => time.getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const moves = events.filter(({ type }) => type === 'transition');
      expect(moves[0]).toMatchObject({ from: null, to: 'submitted' });
      for (const { from, to } of moves.slice(1)) expect(canTransition(from!, to!), `${from} -> ${to}`).toBe(true);
      expect(steps.map(({ step }) => step)).toEqual(steps.map((_, index) => index));
      expect(evaluations.map(({ step }) => step)).toEqual(evaluations.map(({ step }) => step).toSorted((a, b) => a - b));
      expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
      for (const attempt of attempts.slice(0, -1)) expect(attempt.endedAt).not.toBeNull();
      for (const { attemptId, step } of checkpoints) {
        expect(attempts.some(({ id }) => id === attemptId)).toBe(true);
        expect(steps[step - 1]).toBeDefined();
      }
      for (const { time } of [...steps, ...logs]) expect(time.getTime()).toBeLessThanOrEqual(nowMs);
    }
  });

  it('never gives a device to two jobs that run now, and hands their gangs on', () => {
    const held = present.flatMap(({ attempts }) =>
      attempts.filter(({ endedAt }) => endedAt === null).flatMap(({ ranks }) => ranks.map(({ deviceId }) => deviceId)),
    );
    expect(new Set(held).size).toBe(held.length);
    for (const { jobId, attempt, devices, assignment } of gangs) {
      const { attempts, job } = present.find((each) => each.job.id === jobId)!;
      expect(attempts.at(-1)).toMatchObject({ number: attempt, endedAt: null, outcome: null });
      expect(devices).toHaveLength(attempts.at(-1)!.ranks.length);
      expect(assignment).toMatchObject({ jobId, spec: { name: job.name }, apiUrl: place.apiUrl });
    }
  });

  it('has seen jobs fail, recover and be cancelled', () => {
    const large = makePast({ place, nodes: machines(5, 300).map(({ name }) => name), plans, jobs: 900 });
    const left = [...large.ended()];
    for (const state of ['succeeded', 'failed', 'cancelled'] as const)
      expect(left.filter((job) => stateOf(job) === state).length, state).toBeGreaterThan(0);
    expect(left.filter(({ attempts }) => attempts.length > 1).length).toBeGreaterThan(0);
    for (const { events, attempts, checkpoints, logs } of left.filter((job) => stateOf(job) === 'cancelled')) {
      const stopped = attempts.at(-1)?.outcome === 'stopped' && attempts.at(-1)!;
      if (!stopped) continue;
      if (stopped.step !== null) expect(checkpoints.at(-1)!.step).toBe(stopped.step);
      expect(logs.at(-1)!.line).toBe('asked to stop');
      expect(events.map(({ time }) => time.getTime())).toEqual(events.map(({ time }) => time.getTime()).toSorted((a, b) => a - b));
    }
    const failed = left.filter(({ attempts }) => attempts.at(-1)?.outcome === 'failed');
    for (const { attempts, logs } of failed)
      expect(logs.at(-1)!.line).toBe(`failed: ${attempts.at(-1)!.code}: ${attempts.at(-1)!.message}`);
    const died = left.flatMap(({ attempts }) => attempts.filter(({ code }) => code === 'rank_failed'));
    expect(died.length).toBeGreaterThan(0);
    for (const { message, ranks } of died) {
      const states = ranks.map(({ rank, state }) => `rank ${rank} ${state}`);
      expect(states.filter((state) => state.endsWith('failed'))).toEqual([`${/^rank \d+/.exec(message!)![0]} failed`]);
      expect(states.filter((state) => state.endsWith('stopped'))).toHaveLength(ranks.length - 1);
    }
  });
});

it('makes the use of the cluster of who stayed where: full now, and less so in a night', () => {
  const { stays, queuedSinceMs, fromMs } = past;
  const devices = nodes.length * 8;
  const day = usageOfDay({ seed: place.seed, stays, queuedSinceMs, devices, fromMs, toMs: worldBeginsMs, everyMs });
  expect(day).toHaveLength((24 * 3600) / 30);
  for (const { allocated, busy, useful } of day) {
    expect(allocated).toBeLessThanOrEqual(devices);
    expect(busy!).toBeLessThanOrEqual(allocated + 0.5);
    expect(useful!).toBeLessThan(busy! + 0.001);
  }
  const at = (hoursAgo: number) => day.at(-1 - Math.round(hoursAgo * 120))!;
  expect(at(0).allocated / devices).toBeGreaterThan(0.9);
  expect(at(13).allocated).toBeLessThan(at(0).allocated * 0.9);
  expect(at(0).queued).toBeGreaterThan(20);
  expect(at(13).queued).toBeLessThan(10);
});
