import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { evaluateFn } from '@massif/device-reference';
import { modelLoss } from '@massif/nn';
import { loadModel, openSafetensors } from '@massif/nn/files';
import { describe, expect, test, vi } from 'vitest';
import { gradientFn } from '../step/gradients.ts';
import { createDevice } from '../testing/run.ts';
import { evaluateTokens } from './evaluate-tokens.ts';

const goldens = fileURLToPath(new URL('../../../nn/test/goldens/', import.meta.url));
vi.setConfig({ testTimeout: 120_000 });

/** In f64, all rows at once. */
async function gradientNorms(directory: string, tokens: number[][]): Promise<Record<string, number>> {
  const model = await loadModel(directory);
  const parameters: Record<string, Float32Array> = {};
  for (const { name, shape } of model.parameters) {
    parameters[name] = new Float32Array(shape.reduce((product, size) => product * size, 1));
    await model.read(name, parameters[name]);
  }
  await model.close();
  const [B, T] = [tokens.length, tokens[0]!.length - 1];
  const wrt = Object.keys(parameters);
  const outputs = evaluateFn(gradientFn(modelLoss(model.config, { batch: B, sequence: T }), { wrt, accumulate: false }), {
    tokens: tokens.flatMap((row) => row.slice(0, -1)),
    targets: tokens.flatMap((row) => row.slice(1)),
    'd:loss': [1 / (B * T)],
    ...parameters,
  });
  return Object.fromEntries(wrt.map((name) => [name, Math.hypot(...outputs[`d:${name}`]!)]));
}

describe.each(['reference', 'cpu'] as const)('on the %s device', async (name) => {
  const device = await createDevice(name);

  test.each(['tied', 'untied', 'unscaled'])('gives the loss of transformers for the %s model', async (model) => {
    const golden = JSON.parse(await readFile(`${goldens}${model}/golden.json`, 'utf8')) as {
      tokens: number[][];
      loss: number;
      lastLogits: number[][];
    };
    const directory = `${goldens}${model}`;
    const whole = await evaluateTokens({ directory, tokens: golden.tokens, device, gradients: true });
    expect(whole.loss).toBeCloseTo(golden.loss, 5);
    // PyTorch's logits are those before the last token.
    const shorter = await evaluateTokens({ directory, tokens: golden.tokens.map((row) => row.slice(0, -1)), device, gradients: false });
    expect(shorter.gradients).toBeUndefined();
    golden.lastLogits.forEach((row, b) => row.forEach((logit, v) => expect(shorter.logits[b]![v]).toBeCloseTo(logit, 4)));

    const file = await openSafetensors(`${directory}/model.safetensors`);
    expect(Object.keys(whole.gradients!).toSorted()).toEqual([...file.tensors.keys()].toSorted());
    await file.close();
  });

  test('gives the norms of the gradients of the mean over all rows', async () => {
    const tokens = [
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 36],
    ];
    const { gradients, logits } = await evaluateTokens({ directory: `${goldens}untied`, tokens, device, gradients: true });
    expect(logits.map((row) => row.length)).toEqual([37, 37]);
    const expected = await gradientNorms(`${goldens}untied`, tokens);
    for (const [parameter, norm] of Object.entries(expected))
      expect(Math.abs(gradients![parameter]! / norm - 1), parameter).toBeLessThan(1e-4);
  });

  test('gives logits, but no loss, for a single token', async () => {
    const { loss, logits, gradients } = await evaluateTokens({ directory: `${goldens}tied`, tokens: [[3]], device, gradients: true });
    expect({ loss, gradients }).toEqual({ loss: null, gradients: undefined });
    expect(logits[0]!.every(Number.isFinite)).toBe(true);
  });

  test.each([
    { what: 'rows of different length', tokens: [[1, 2], [1]], path: 'tokens[1]' },
    { what: 'an id outside the vocabulary', tokens: [[1, 37]], path: 'tokens[0][1]' },
    { what: 'more tokens than positions', tokens: [Array<number>(12).fill(0)], path: 'tokens[0]' },
    { what: 'nothing', tokens: [], path: 'tokens' },
  ])('refuses $what', async ({ tokens, path }) => {
    const evaluated = evaluateTokens({ directory: `${goldens}tied`, tokens, device, gradients: false });
    await expect(evaluated).rejects.toMatchObject({ code: 'data_invalid', context: { path } });
  });
});
