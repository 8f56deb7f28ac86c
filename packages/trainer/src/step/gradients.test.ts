import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { evaluateFn } from '@massif/device-reference';
import { modelLoss } from '@massif/nn';
import { loadModel, openSafetensors } from '@massif/nn/files';
import { describe, expect, test } from 'vitest';
import { gradientFn } from './gradients.ts';

/** Gradients that PyTorch gave, in fp32: gpt2.py beside the files. */
const goldens = fileURLToPath(new URL('../../../nn/test/goldens/', import.meta.url));

describe.each(['tied', 'untied', 'unscaled'])('the %s model', async (name) => {
  const golden = JSON.parse(await readFile(`${goldens}${name}/golden.json`, 'utf8')) as { tokens: number[][]; maskedTargets: number[][] };
  const model = await loadModel(`${goldens}${name}`);
  const file = await openSafetensors(`${goldens}${name}/gradients.safetensors`);
  const parameters: Record<string, Float32Array> = {};
  const expected: Record<string, Float32Array> = {};
  for (const { name: parameter, shape } of model.parameters) {
    const length = shape.reduce((product, size) => product * size, 1);
    parameters[parameter] = new Float32Array(length);
    expected[parameter] = new Float32Array(length);
    await model.read(parameter, parameters[parameter]);
    await file.read(parameter, expected[parameter]);
  }
  await model.close();
  await file.close();
  const wrt = model.parameters.map(({ name: parameter }) => parameter);
  const loss = modelLoss(model.config, { batch: golden.tokens.length, sequence: golden.tokens[0]!.length - 1 });
  const targets = golden.maskedTargets.flat();
  const inputs = {
    tokens: golden.tokens.flatMap((row) => row.slice(0, -1)),
    targets,
    'd:loss': [1 / targets.filter((target) => target >= 0).length],
    ...parameters,
  };

  test.each([{ accumulate: false }, { accumulate: true }])('has the gradients of PyTorch, accumulated: $accumulate', ({ accumulate }) => {
    const before = 0.5;
    const sums = accumulate
      ? Object.fromEntries(wrt.map((parameter) => [`acc:${parameter}`, parameters[parameter]!.map(() => before)]))
      : {};
    const outputs = evaluateFn(gradientFn(loss, { wrt, accumulate }), { ...inputs, ...sums });
    for (const parameter of wrt) {
      const largest = expected[parameter]!.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      for (const [i, value] of expected[parameter]!.entries())
        expect(Math.abs(outputs[`d:${parameter}`]![i]! - (accumulate ? before : 0) - value), `${parameter}[${i}]`).toBeLessThan(
          1e-5 * largest + 1e-7,
        );
    }
  });
});
