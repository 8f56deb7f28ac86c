import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { evaluateFn } from '@massif/device-reference';
import { fn, spec } from '@massif/tensor';
import { describe, expect, test } from 'vitest';
import { activationKinds, type ActivationName } from '../../config/activations.ts';
import { loadModel } from '../../files/load-model.ts';
import { activations } from '../activations.ts';
import { gpt2Logits, gpt2Loss } from './graph.ts';

/** What transformers and PyTorch gave, in fp32: gpt2.py beside them. */
const goldens = fileURLToPath(new URL('../../../test/goldens/', import.meta.url));
const readGolden = async <T>(path: string) => JSON.parse(await readFile(`${goldens}${path}`, 'utf8')) as T;

interface Golden {
  tokens: number[][];
  loss: number;
  maskedTargets: number[][];
  maskedLoss: number;
  lastLogits: number[][];
}

describe.each(['tied', 'untied', 'unscaled'])('the %s model', async (name) => {
  const golden = await readGolden<Golden>(`${name}/golden.json`);
  const model = await loadModel(`${goldens}${name}`);
  const parameters: Record<string, Float32Array> = {};
  for (const { name: parameter, shape } of model.parameters) {
    parameters[parameter] = new Float32Array(shape.reduce((product, size) => product * size, 1));
    await model.read(parameter, parameters[parameter]);
  }
  await model.close();
  const shape = { batch: golden.tokens.length, sequence: golden.tokens[0]!.length - 1 };
  const tokens = golden.tokens.flatMap((row) => row.slice(0, -1));
  const loss = gpt2Loss(model.config, shape);

  test.each([
    { what: 'every target', targets: golden.tokens.map((row) => row.slice(1)), expected: golden.loss },
    { what: 'the targets that are not masked', targets: golden.maskedTargets, expected: golden.maskedLoss },
  ])('sums the loss of $what', ({ targets, expected }) => {
    const flat = targets.flat();
    const outputs = evaluateFn(loss, { tokens, targets: flat, ...parameters });
    expect(outputs['loss']![0]! / flat.filter((target) => target >= 0).length).toBeCloseTo(expected, 5);
  });

  test('gives the logits of the rows that are asked for', () => {
    const rows = golden.tokens.map((_, b) => b * shape.sequence + shape.sequence - 1);
    const { logits } = evaluateFn(gpt2Logits(model.config, { ...shape, rows: rows.length }), { tokens, rows, ...parameters });
    golden.lastLogits.flat().forEach((expected, i) => expect(logits![i]).toBeCloseTo(expected, 5));
  });
});

test('computes the activations of transformers', async () => {
  const golden = await readGolden<{ x: number[] } & Record<ActivationName, { y: number[] }>>('activations.golden.json');
  const names = Object.keys(golden).filter((key): key is ActivationName => key in activationKinds);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const activation = fn(name, { x: spec('fp32', [golden.x.length]) }, ({ x }) => ({ y: activations[activationKinds[name]](x) }));
    const { y } = evaluateFn(activation, { x: golden.x });
    golden[name].y.forEach((expected, i) => expect(y![i], `${name}(${golden.x[i]})`).toBeCloseTo(expected, 5));
  }
});
