import { singleDeviceLayout } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { nativeCapabilities, plan, type PlanInput } from '../index.ts';
import { acceleratorProfile } from './accelerator.ts';
import { deviceProfileSchema } from './profile.ts';
import { ratesOf } from './rates.ts';

/** As in the catalogue. */
const h100 = { name: 'H100-80GB SXM', bf16Tflops: 989, achievableBf16Tflops: 794.5, memoryTBps: 3.35, linkGBps: 450 };
const v100 = { name: 'V100-32GB SXM2', bf16Tflops: 125, achievableBf16Tflops: null, memoryTBps: 0.9, linkGBps: null };

const gpt2 = { model_type: 'gpt2', n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50_257 };
const gpt2Xl = { ...gpt2, n_layer: 48, n_head: 25, n_embd: 1600 };

function planOn(figures: typeof h100 | typeof v100, modelConfig: object, { devices = 8, globalBatch = 512, cores = 224 } = {}) {
  const profile = acceleratorProfile(figures);
  const training = { steps: 100, globalBatch, sequence: 1024, precision: 'fp32', optimizer: { name: 'adamw' }, dropout: 0 };
  const input: PlanInput = {
    spec: { training, resources: { devices, deviceType: 'any' }, layout: 'auto' },
    modelConfig: modelConfig as Record<string, unknown>,
    cluster: {
      nodes: [
        {
          id: 'n',
          cores,
          devices: Array.from({ length: 8 }, (_, index) => ({ id: `d${index}`, type: 'gpu', memoryBytes: 80e9, profile })),
        },
      ],
    },
    capabilities: nativeCapabilities,
  };
  return plan(input).plans[0]!;
}

describe('an accelerator that nobody has measured', () => {
  it('has a valid profile that says so, also where the data sheet says little', () => {
    for (const figures of [h100, v100]) expect(deviceProfileSchema.parse(acceleratorProfile(figures)).source).toBe('default');
    const explanation = planOn(h100, gpt2).explanation.join('\n');
    expect(explanation).toContain('have not been measured');
    expect(explanation).not.toContain('thread');
  });

  it('has its rates to itself, whatever the threads of its host and the other devices', () => {
    const alone = ratesOf(acceleratorProfile(h100), { threads: 200, ranks: 1 });
    const crowded = ratesOf(acceleratorProfile(h100), { threads: 1, ranks: 8 });
    expect(crowded.gemmMs(4096, 4096, 4096)).toBe(alone.gemmMs(4096, 4096, 4096));
    expect(crowded.streamMs(1e8)).toBe(alone.streamMs(1e8));
    expect(crowded.peakGflops).toBe(494_500);
    expect(planOn(h100, gpt2, { cores: 8 }).stepTimeMs).toBe(planOn(h100, gpt2, { cores: 224 }).stepTimeMs);
  });

  it('makes plans of GPT-2 that one would expect of it', () => {
    for (const [config, mfuMin] of [
      [gpt2, 0.2],
      [gpt2Xl, 0.3],
    ] as const) {
      const { mfu, layout, memoryGiB, tokensPerSecond } = planOn(h100, config);
      expect(layout).toEqual({ ...singleDeviceLayout, dp: 8, microBatch: layout.microBatch });
      expect(mfu).toBeGreaterThan(mfuMin);
      expect(mfu).toBeLessThan(0.65);
      expect(memoryGiB).toBeLessThan(75);
      expect(tokensPerSecond).toBeGreaterThan(planOn(v100, config).tokensPerSecond * 3);
    }
    const one = planOn(h100, gpt2Xl, { devices: 1 });
    const eight = planOn(h100, gpt2Xl);
    expect(eight.tokensPerSecond / one.tokensPerSecond).toBeGreaterThan(7);
    expect(eight.tokensPerSecond / one.tokensPerSecond).toBeLessThan(8);
  });
});
