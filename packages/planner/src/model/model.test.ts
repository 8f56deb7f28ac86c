import type { AppError } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { nativeCapabilities } from '../capabilities.ts';
import { memoryOf } from '../memory/memory.ts';
import { parameterCount, shapeOf } from './shape.ts';
import { gflopOf, workOf } from './work.ts';

const gpt2 = shapeOf({ model_type: 'gpt2' }, nativeCapabilities);

describe('GPT-2', () => {
  it('has the published number of parameters with the defaults of transformers, tied and not', () => {
    expect(parameterCount(gpt2)).toBe(124_439_808);
    expect(parameterCount({ ...gpt2, tied: false })).toBe(124_439_808 + 50_257 * 768);
  });

  it('takes the width of the feed-forward layer from n_inner, null for four times the hidden width', () => {
    expect(shapeOf({ model_type: 'gpt2', n_inner: null }, nativeCapabilities).inner).toBe(3072);
    expect(shapeOf({ model_type: 'gpt2', n_inner: 100 }, nativeCapabilities).inner).toBe(100);
  });

  it('is known by the generic names of its sizes too; its own names win', () => {
    const shape = shapeOf(
      { model_type: 'gpt2', hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 3, n_layer: 2 },
      nativeCapabilities,
    );
    expect(shape).toMatchObject({ hidden: 64, heads: 4, layers: 2, inner: 256 });
  });

  it.each([
    [{ activation_function: 'mish' }, 'not_supported', 'activation_function'],
    [{ model_type: 'llama' }, 'not_supported', 'model_type'],
    [{ n_layer: 2 ** 26 }, 'invalid_spec', 'n_layer'],
    [{ n_inner: 0 }, 'invalid_spec', 'n_inner'],
    [{ hidden_size: 'wide' }, 'invalid_spec', 'hidden_size'],
    [{ n_head: 7 }, 'invalid_spec', 'n_embd'],
  ])('with %j is refused by field', (change, code, field) => {
    expect(() => shapeOf({ model_type: 'gpt2', ...change }, nativeCapabilities)).toThrow(
      expect.objectContaining({ code, context: { path: `model.config.${field}` } }) as Error,
    );
  });

  it('names every size that cannot be at once', () => {
    const paths = (config: object) => {
      try {
        shapeOf({ model_type: 'gpt2', ...config }, nativeCapabilities);
        return [];
      } catch (error) {
        return (error as AppError).errors!.map(({ path, rule }) => `${path} ${rule}`);
      }
    };
    expect(paths({ n_embd: 100, n_head: 3, n_layer: 0, vocab_size: 1.5 })).toEqual([
      'model.config.n_embd divisible',
      'model.config.n_layer model_size',
      'model.config.vocab_size model_size',
    ]);
    // What a size that cannot be is divisible by, nobody knows.
    expect(paths({ n_embd: 100, n_head: 0 })).toEqual(['model.config.n_head model_size']);
  });

  it('needs 6 operations per token and multiplied parameter, and 6 T C per layer for causal attention', () => {
    const work = workOf(gpt2, { samples: 2, sequence: 512 });
    const multiplied = 12 * (12 * 768 * 768) + 50_257 * 768;
    const attention = 12 * 6 * (512 + 1) * 768;
    expect(gflopOf(work).modelGflop).toBeCloseTo((2 * 512 * (6 * multiplied + attention)) / 1e9, 6);
    expect(gflopOf(work).hardwareGflop).toBeGreaterThan(gflopOf(work).modelGflop);
  });
});

describe('memory', () => {
  it('is four times the parameters before any sample, and grows with the micro-batch', () => {
    const one = memoryOf(gpt2, { samples: 1, sequence: 256, accumulationSteps: 1 });
    const two = memoryOf(gpt2, { samples: 2, sequence: 256, accumulationSteps: 1 });
    const stateBytes = one.parameters + one.gradients + one.optimizer;
    expect(stateBytes).toBeGreaterThanOrEqual(4 * 4 * 124_439_808);
    expect(stateBytes / (4 * 4 * 124_439_808)).toBeLessThan(1.001);
    for (const part of ['activations', 'logits', 'workspace'] as const) expect(two[part]).toBe(2 * one[part]);
    expect(one.logits).toBe(256 * 50_257 * 4);
  });

  it('is most where logits are wide, or else in a layer', () => {
    expect(memoryOf({ ...gpt2, vocabulary: 1000 }, { samples: 1, sequence: 256, accumulationSteps: 1 }).logits).toBe(0);
  });
});
