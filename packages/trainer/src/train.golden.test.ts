import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, openSafetensors } from '@massif/nn/files';
import { describe, expect, test, vi } from 'vitest';
import { newDirectory, parseTrainSpec, runTraining } from './testing/run.ts';

/** 20 steps of a plain PyTorch loop: gpt2.py beside the files. */
const goldens = fileURLToPath(new URL('../../nn/test/goldens/', import.meta.url));
vi.setConfig({ testTimeout: 120_000 });
const golden = JSON.parse(await readFile(`${goldens}training.golden.json`, 'utf8')) as {
  globalBatch: number;
  sequence: number;
  training: {
    learningRate: number;
    betas: [number, number];
    eps: number;
    weightDecay: number;
    warmupSteps: number;
    minRatio: number;
    gradientClip: number;
  };
  rows: number[][];
  steps: { step: number; learningRate: number; loss: number; gradNorm: number }[];
};
const directory = await newDirectory();
const rows = join(directory, 'rows.json');
await writeFile(rows, JSON.stringify(golden.rows));
const { learningRate, betas, eps, weightDecay, warmupSteps, minRatio, gradientClip } = golden.training;
const spec = parseTrainSpec({
  kind: 'train',
  name: 'golden',
  model: { path: `${goldens}tied` },
  data: { tokens: rows },
  training: {
    steps: golden.steps.length,
    globalBatch: golden.globalBatch,
    sequence: golden.sequence,
    optimizer: { learningRate, betas, eps, weightDecay },
    schedule: { name: 'cosine', warmupSteps, minRatio },
    gradientClip,
  },
});

describe.each(['reference', 'cpu'] as const)('on the %s device', (device) => {
  test.each([{ microBatch: 1 }, { microBatch: 4 }])('follows PyTorch with micro-batches of $microBatch', async ({ microBatch }) => {
    const run = await runTraining({ spec, device, microBatch });
    expect(run.steps).toHaveLength(golden.steps.length);
    for (const [i, expected] of golden.steps.entries()) {
      const step = run.steps[i]!;
      expect(step.learningRate).toBeCloseTo(expected.learningRate, 10);
      expect(Math.abs(step.loss / expected.loss - 1), `loss of step ${i}`).toBeLessThan(1e-4);
      expect(Math.abs(step.gradNorm / expected.gradNorm - 1), `gradient norm of step ${i}`).toBeLessThan(1e-4);
    }
    await expectSameWeights(join(run.directory, 'model'));
  });
});

/** The exported model against PyTorch's after training. */
async function expectSameWeights(exported: string): Promise<void> {
  const model = await loadModel(exported);
  const { hidden } = model.config;
  const after = await openSafetensors(`${goldens}tied/after-training.safetensors`);
  for (const { name, shape } of model.parameters) {
    const [own, theirs] = [0, 1].map(() => new Float32Array(shape.reduce((product, size) => product * size, 1)));
    await model.read(name, own!);
    await after.read(name, theirs!);
    const largest = theirs!.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    for (const [i, value] of theirs!.entries()) {
      // Shifting every key by the same vector changes no softmax: the gradient of the keys' bias is rounding alone, which AdamW blows up to its full step.
      if (name.endsWith('attn.c_attn.bias') && i >= hidden && i < 2 * hidden) continue;
      expect(Math.abs(own![i]! - value), `${name}[${i}]`).toBeLessThan(1e-3 * largest);
    }
  }
  await model.close();
  await after.close();
}
