import { AppError, singleDeviceLayout, type Layout } from '@massif/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMicroBatches } from './explain.ts';
import { defaultProfile, nativeCapabilities, plan, type DeviceProfile, type PlanInput, type PlanSpec } from './index.ts';

const GiB = 2 ** 30;
const config = { model_type: 'gpt2', n_layer: 4, n_head: 4, n_embd: 128, n_positions: 256, vocab_size: 2048 };
const profile: DeviceProfile = { ...defaultProfile(4), source: 'measured' };

function input(
  changes: {
    layout?: Partial<Layout>;
    training?: Partial<PlanSpec['training']>;
    resources?: Partial<PlanSpec['resources']>;
    devices?: number;
    memoryBytes?: number;
    profiles?: DeviceProfile[];
    config?: object;
  } = {},
): PlanInput {
  const { devices = 2, memoryBytes = 4 * GiB, profiles = [], layout } = changes;
  return {
    spec: {
      training: {
        steps: 100,
        globalBatch: 8,
        sequence: 128,
        precision: 'fp32',
        optimizer: { name: 'adamw' },
        dropout: 0,
        ...changes.training,
      },
      resources: { devices: 2, deviceType: 'any', ...changes.resources },
      layout: layout ? { ...singleDeviceLayout, ...layout } : 'auto',
    },
    modelConfig: { ...config, ...changes.config },
    cluster: {
      nodes: [
        {
          id: 'node',
          cores: 4,
          devices: Array.from({ length: devices }, (_, index) => ({
            id: `d${index}`,
            type: 'cpu',
            memoryBytes,
            profile: profiles[index] ?? profile,
          })),
        },
      ],
    },
    capabilities: nativeCapabilities,
  };
}

function refusal(changes: Parameters<typeof input>[0]): Pick<AppError, 'code' | 'message' | 'context' | 'errors'> {
  try {
    plan(input(changes));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was planned');
}

describe('the plan', () => {
  it('has parts that sum to the step time, and says where they go', () => {
    const [best] = plan(input()).plans;
    expect(best!.layout).toMatchObject({ dp: 2, tp: 1, pp: 1, zero: 0, recompute: 'none' });
    expect(Object.values(best!.parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(best!.stepTimeMs, 9);
    expect(best!.parts.compute).toBeGreaterThan(0);
    expect(best!.parts.dpComm).toBeGreaterThan(0);
    expect(best!.tokensPerSecond).toBeCloseTo((8 * 128 * 1000) / best!.stepTimeMs, 6);
    expect(best!.days).toBeCloseTo((100 * best!.stepTimeMs) / 86_400_000, 12);
    expect(best!.costUsd).toBeNull();
    expect(best!.hfu).toBeGreaterThan(best!.mfu);
    expect(best!.hfu).toBeLessThan(1);
    expect(best!.threadsPerDevice).toBe(2);
    expect(best!.source).toBe('measured');
    expect(best!.explanation[0]).toMatch(/^2 ranks of 2 threads, each with \d+ micro-batch(es)? of \d+ samples? a step$/);
    expect(best!.explanation.join('\n')).not.toContain('default');
  });

  it('says when nobody has measured the devices', () => {
    const [best] = plan(input({ profiles: [defaultProfile(4)] })).plans;
    expect(best!.source).toBe('default');
    expect(best!.explanation.at(-1)).toContain('default profile');
  });

  it('is at most one per mesh, its best micro-batch, the others rejected with the reason', () => {
    const { plans, rejected } = plan(input());
    expect(plans).toHaveLength(1);
    expect(
      rejected
        .map(({ layout }) => layout.microBatch)
        .concat(plans[0]!.layout.microBatch)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 4]);
    for (const { reason } of rejected) expect(reason).toMatch(/takes .* ms a step/);
  });

  it('offers every number of ranks in an elastic range, fastest first', () => {
    const { plans } = plan(input({ devices: 4, resources: { devices: 2, minDevices: 1, maxDevices: 4 } }));
    expect(plans.map(({ layout }) => layout.dp).toSorted((a, b) => a - b)).toEqual([1, 2, 4]);
    expect(plans.map(({ stepTimeMs }) => stepTimeMs)).toEqual(plans.map(({ stepTimeMs }) => stepTimeMs).toSorted((a, b) => a - b));
  });

  it('takes as many devices of a range as there are', () => {
    const { plans } = plan(input({ devices: 3, resources: { devices: 1, minDevices: 1, maxDevices: 8 } }));
    expect(plans.map(({ layout }) => layout.dp).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it('evaluates a given layout and no other', () => {
    const { plans, rejected } = plan(input({ layout: { dp: 2, microBatch: 1 } }));
    expect(plans.map(({ layout }) => [layout.dp, layout.microBatch])).toEqual([[2, 1]]);
    expect(rejected).toEqual([]);
  });

  it('takes the number of devices from a given layout', () => {
    const { plans } = plan(input({ layout: { dp: 1, microBatch: 2 }, resources: { devices: undefined } }));
    expect(plans[0]!.devices).toBe(1);
  });

  it('waits for the slowest rank', () => {
    const slow: DeviceProfile = { ...profile, gemm: profile.gemm.map((point) => ({ ...point, gflops: point.gflops / 10 })) };
    const even = plan(input()).plans[0]!;
    const uneven = plan(input({ profiles: [profile, slow] })).plans[0]!;
    const bothSlow = plan(input({ profiles: [slow, slow] })).plans[0]!;
    expect(uneven.stepTimeMs).toBeGreaterThan(2 * even.stepTimeMs);
    expect(uneven.parts).toEqual(bothSlow.parts);
  });

  it('divides the cores among the ranks, unless told how many threads each has', () => {
    expect(plan(input({ resources: { devices: 1 } })).plans[0]!.threadsPerDevice).toBe(4);
    expect(plan(input({ resources: { devices: 2, threadsPerDevice: 1 } })).plans[0]!.threadsPerDevice).toBe(1);
  });

  it('says how long the search took by the clock it is given', () => {
    const times = [10, 17];
    expect(plan(input(), { now: () => times.shift()! }).searchMs).toBe(7);
    expect(plan(input()).searchMs).toBe(0);
  });

  it('has a number of days from a token budget, none without either', () => {
    const bySteps = plan(input()).plans[0]!.days!;
    expect(plan(input({ training: { steps: undefined, tokens: 100 * 8 * 128 - 5 } })).plans[0]!.days).toBeCloseTo(bySteps, 12);
    expect(plan(input({ training: { steps: undefined } })).plans[0]!.days).toBeNull();
  });
});

describe('times of two micro-batches', () => {
  const compare = (fastMs: number, slowMs: number) =>
    compareMicroBatches({ layout: { ...singleDeviceLayout, microBatch: 4 }, stepTimeMs: fastMs }, slowMs);

  it('are told apart, or said to be the same', () => {
    expect(compare(5.512, 7.1)).toBe('A micro-batch of 4 takes 5.51 ms a step, this one 7.10 ms');
    expect(compare(5.5121, 5.5143)).toBe('A micro-batch of 4 takes 5.512 ms a step, this one 5.514 ms');
    expect(compare(5.51201, 5.51202)).toBe('A micro-batch of 4 takes as long, 5.51 ms a step');
  });
});

describe('what cannot be', () => {
  it('names how many devices exist', () => {
    expect(refusal({ resources: { devices: 5 } })).toMatchObject({
      code: 'not_enough_devices',
      message: 'The job needs 5 devices; 2 devices exist',
      context: { needed: 5, exist: 2 },
    });
    expect(refusal({ resources: { deviceType: 'h100' } })).toMatchObject({
      code: 'not_enough_devices',
      message: 'The job needs 2 h100 devices; no h100 device exists',
    });
    expect(refusal({ layout: { dp: 4 }, resources: { devices: undefined } })).toMatchObject({
      code: 'not_enough_devices',
      context: { needed: 4 },
    });
  });

  it('does not add up devices of several nodes', () => {
    const { cluster, ...rest } = input();
    const nodes = ['a', 'b'].map((id) => ({ ...cluster.nodes[0]!, id, devices: cluster.nodes[0]!.devices.slice(0, 1) }));
    expect(() => plan({ ...rest, cluster: { nodes } })).toThrow('The job needs 2 devices; 2 devices exist, at most 1 of them on one node');
  });

  it('says by part what does not fit', () => {
    const { code, message, context } = refusal({ memoryBytes: 8 * 2 ** 20 });
    expect(code).toBe('does_not_fit');
    expect(message).toMatch(/needs [\d.]+ MiB on each device, which has 8\.00 MiB: .*optimizer [\d.]+ [MK]iB/);
    const { parts, neededBytes } = context as { parts: Record<string, number>; neededBytes: number };
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(neededBytes);
  });

  it('takes memoryPerDevice for a hard cap', () => {
    const { code, message } = refusal({ resources: { memoryPerDevice: 2 ** 20 } });
    expect(code).toBe('does_not_fit');
    expect(message).toMatch(/on each device, which may use 1\.00 MiB of its 4\.00 GiB: /);
  });

  const fix = (changes: Parameters<typeof input>[0]) => refusal(changes).errors?.[0]?.fix;

  it('says to raise the cap only where the cap is in the way, and by how much', () => {
    const advice = fix({ resources: { memoryPerDevice: 20 * 2 ** 20 } })!;
    const [, enough] = /^raise resources\.memoryPerDevice to (\d+)MiB or more, or use a shorter training\.sequence/.exec(advice)!;
    expect(plan(input({ resources: { memoryPerDevice: Number(enough) * 2 ** 20 } })).plans).toHaveLength(1);
    expect(refusal({ resources: { memoryPerDevice: (Number(enough) - 1) * 2 ** 20 } }).code).toBe('does_not_fit');
    const large = { n_layer: 100, n_embd: 12_288 };
    for (const resources of [{}, { memoryPerDevice: 2 ** 30 }])
      expect(fix({ config: large, resources })).toMatch(
        /^use a smaller model: parameters, gradients and optimizer alone take 2\.\d+ TiB on each device, however many there are$/,
      );
  });

  it('says to make smaller what does not fit', () => {
    const memoryBytes = 40 * 2 ** 20;
    expect(fix({ memoryBytes, layout: { dp: 2, microBatch: 64 }, training: { globalBatch: 128 } })).toMatch(
      /^use a smaller layout\.microBatch, a shorter/,
    );
    expect(fix({ memoryBytes: 18 * 2 ** 20, layout: { dp: 2, microBatch: 1 } })).toMatch(/^use a shorter training\.sequence or/);
  });

  it('rejects the micro-batches that do not fit, and plans the rest', () => {
    const { plans, rejected } = plan(input({ memoryBytes: 40 * 2 ** 20, training: { globalBatch: 64 } }));
    expect(plans).toHaveLength(1);
    expect(rejected.find(({ layout }) => layout.microBatch === 32)!.reason).toMatch(/^It needs [\d.]+ MiB on a device that has 40\.0 MiB$/);
  });

  it.each([
    ['layout.tp', { layout: { dp: 1, tp: 2 } }],
    ['layout.pp', { layout: { dp: 1, pp: 2 } }],
    ['layout.zero', { layout: { dp: 2, zero: 1 } }],
    ['layout.recompute', { layout: { dp: 2, recompute: 'full' } }],
    ['layout.schedule', { layout: { dp: 2, schedule: 'zero-bubble' } }],
    ['layout.offload', { layout: { dp: 2, offload: { optimizer: { tier: 'host', ratio: 1 } } } }],
    ['training.precision', { training: { precision: 'bf16' } }],
    ['training.optimizer.name', { training: { optimizer: { name: 'muon' } } }],
    ['training.dropout', { training: { dropout: 0.1 } }],
  ] as const)('does not offer what the engine cannot run: %s', (path, changes) => {
    expect(refusal(changes)).toMatchObject({ code: 'not_supported', context: { path } });
  });

  it.each([
    ['training.globalBatch', { training: { globalBatch: 7 } }],
    ['training.sequence', { training: { sequence: 512 } }],
    ['model.config.n_embd', { config: { n_embd: 130 } }],
    ['model.config.n_layer', { config: { n_layer: 0 } }],
    ['model.config.vocab_size', { config: { vocab_size: 'many' } }],
  ] as const)('names the field of an impossible size: %s', (path, changes) => {
    expect(refusal(changes)).toMatchObject({ code: 'invalid_spec', context: { path } });
  });

  it('does not know other model types yet', () => {
    expect(refusal({ config: { model_type: 'llama' } })).toMatchObject({ code: 'not_supported' });
  });
});

describe('whatever the sizes', () => {
  it('plans are finite, within the peak and the memory, and in order; every layout is planned or rejected once', () => {
    const sizes = fc.record({
      layers: fc.integer({ min: 1, max: 24 }),
      heads: fc.constantFrom(1, 3, 12),
      headSize: fc.constantFrom(7, 32, 64),
      vocabulary: fc.integer({ min: 2, max: 50_257 }),
      perRank: fc.integer({ min: 1, max: 24 }),
      devices: fc.integer({ min: 1, max: 8 }),
      sequence: fc.integer({ min: 1, max: 1024 }),
      tied: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, ({ layers, heads, headSize, vocabulary, perRank, devices, sequence, tied }) => {
        const { plans, rejected } = plan(
          input({
            devices,
            memoryBytes: 64 * GiB,
            resources: { devices },
            training: { globalBatch: perRank * devices, sequence },
            config: {
              n_layer: layers,
              n_head: heads,
              n_embd: heads * headSize,
              vocab_size: vocabulary,
              n_positions: 1024,
              tie_word_embeddings: tied,
            },
          }),
        );
        const divisors = Array.from({ length: perRank }, (_, index) => index + 1).filter((n) => perRank % n === 0);
        expect(plans.length + rejected.length).toBe(divisors.length);
        for (const { stepTimeMs, mfu, hfu, memoryGiB, parts } of plans) {
          expect(Number.isFinite(stepTimeMs) && stepTimeMs > 0).toBe(true);
          expect(mfu).toBeGreaterThan(0);
          expect(mfu).toBeLessThanOrEqual(hfu);
          expect(hfu).toBeLessThanOrEqual(1);
          expect(memoryGiB).toBeLessThanOrEqual(64);
          expect(Object.values(parts).every((part) => part >= 0)).toBe(true);
        }
      }),
    );
  });
});
