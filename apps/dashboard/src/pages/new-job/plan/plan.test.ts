import { planClusterSchema, type PlanClusterResource, type TrainSpec } from '@massif/contracts';
import { defaultProfile } from '@massif/planner';
import { describe, expect, it } from 'vitest';
import { checkValues } from '../draft/check.ts';
import { initialValues, type SpecValues } from '../draft/values.ts';
import { createBrowserPlanner, type WorkerLike } from './planner.ts';
import { previewPlan, toPlanCluster, type Preview } from './preview.ts';
import type { PlanAnswer, PlanQuestion } from './worker.ts';

const cluster: PlanClusterResource = planClusterSchema.parse({
  nodes: [
    {
      id: 'node',
      cores: 8,
      count: 3,
      devices: [0, 1].map((index) => ({ id: `d${index}`, type: 'cpu', memoryBytes: 2 ** 33 })),
    },
  ],
});

function specOf(changes: SpecValues = {}): TrainSpec {
  const { spec, error } = checkValues({ ...initialValues, ...changes });
  if (!spec) throw error;
  return spec;
}

const previewOf = (changes: SpecValues = {}) => previewPlan(specOf(changes), toPlanCluster(cluster), () => performance.now());

describe('the plan of a draft', () => {
  it('is there in the browser, with everything that the page shows', () => {
    const best = previewOf()?.result?.plans[0];
    expect(best).toMatchObject({ devices: 1, costUsd: null, source: 'default' });
    expect(best!.days).toBeGreaterThan(0);
  });

  it('is refused with the facts to say why in any language', () => {
    expect(previewOf({ resources: { devices: 3 } })?.refusal).toMatchObject({
      code: 'not_enough_devices',
      context: { needed: 3, exist: 6, onOneNodeMax: 2 },
    });
    expect(previewOf({ resources: { devices: 1, memoryPerDevice: '10MiB' } })?.refusal).toMatchObject({
      code: 'does_not_fit',
      context: { limitBytes: 10 * 2 ** 20 },
    });
    expect(previewOf({ model: { preset: 'llama-7b' } })?.refusal?.code).toMatch(/model_not_found|not_supported/);
  });

  it('thinks of devices that are alike once, and of others apart', () => {
    const node = cluster.nodes[0]!;
    const profileOf = (cores: number) => structuredClone(defaultProfile(cores)) as Record<string, unknown>;
    const devices = [8, 8, 16].map((cores, index) => ({ id: `d${index}`, type: 'cpu', memoryBytes: 2 ** 33, profile: profileOf(cores) }));
    const [one, same, other] = toPlanCluster({ nodes: [{ ...node, devices }] }).nodes[0]!.devices.map(({ profile }) => profile);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(other?.cores).toBe(16);
  });

  it('is for the API to make where the model lies there', () => {
    expect(previewOf({ model: { path: '/models/gpt2' } })).toBeUndefined();
  });

  it('takes no longer than a keystroke may, once the code is warm', () => {
    for (let round = 0; round < 5; round++) previewOf();
    const times = Array.from({ length: 9 }, (_, index) => {
      const began = performance.now();
      previewOf({ training: { ...initialValues.training, globalBatch: 8 * (index + 1) } });
      return performance.now() - began;
    }).toSorted((a, b) => a - b);
    expect(times[4]).toBeLessThan(50);
  });
});

describe('the planner beside the page', () => {
  it('plans the latest draft only, and sends the devices once', () => {
    const asked: PlanQuestion[] = [];
    const listeners: ((event: { data: PlanAnswer }) => void)[] = [];
    const worker: WorkerLike = {
      postMessage: (question) => void asked.push(question),
      addEventListener: (_, listener) => void listeners.push(listener),
      terminate: () => {},
    };
    const answer = () => {
      const { id, spec } = asked.at(-1)!;
      for (const listener of listeners) listener({ data: { id, preview: previewPlan(spec, toPlanCluster(cluster), () => 0) } });
    };
    const planner = createBrowserPlanner(worker);
    const seen: (Preview | undefined)[] = [];
    for (const devices of [1, 2, 1]) planner.plan(specOf({ resources: { devices } }), cluster, (preview) => seen.push(preview));
    expect(asked).toHaveLength(1);
    answer();
    answer();
    expect(asked.map(({ spec, cluster: sent }) => [spec.resources.devices, sent !== undefined])).toEqual([
      [1, true],
      [1, false],
    ]);
    expect(seen).toHaveLength(2);
  });
});
