import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseModelConfig } from '../config/parse.ts';
import { elementCount, initialise, modelParameters } from '../models/parameters.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { trainTokenizer } from '../tokenizer/train.ts';
import { checkExportTarget, exportModel } from './export-model.ts';
import { loadModel, loadTokenizer } from './load-model.ts';
import { openSafetensors } from './safetensors-reader.ts';
import { type TensorToWrite, writeSafetensors } from './safetensors-writer.ts';

const goldens = fileURLToPath(new URL('../../test/goldens/', import.meta.url));
let root: string;
let directory: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'massif-model-'));
});
beforeEach(() => {
  directory = join(root, String(count++));
});
afterAll(() => rm(root, { recursive: true }));

/** The tied golden with other tensors: what `edit` makes of the file's own. */
async function editedModel(edit: (tensors: Map<string, TensorToWrite>) => void): Promise<void> {
  await mkdir(directory);
  await cp(join(goldens, 'tied/config.json'), join(directory, 'config.json'));
  const source = await openSafetensors(join(goldens, 'tied/model.safetensors'));
  const tensors = new Map<string, TensorToWrite>();
  for (const [name, { shape }] of source.tensors) {
    const values = new Float32Array(elementCount(shape));
    await source.read(name, values);
    tensors.set(name, { name, shape, data: () => values });
  }
  await source.close();
  edit(tensors);
  await writeSafetensors(join(directory, 'model.safetensors'), [...tensors.values()]);
}

test.each([
  ['tied', 28],
  ['untied', 41],
  ['unscaled', 16],
])('the %s model of transformers loads with every parameter', async (name, parameters) => {
  const model = await loadModel(join(goldens, name));
  expect(model.parameters).toHaveLength(parameters);
  expect(model.parameters.every((parameter) => parameter.fileName === parameter.name)).toBe(true);
  expect(model.parameters.filter(({ decay }) => !decay).every(({ shape }) => shape.length === 1)).toBe(true);
  const values = new Float32Array(15);
  await model.read('transformer.ln_f.weight', values.subarray(0, model.config.hidden));
  expect(values.some((value) => value !== 0)).toBe(true);
  await model.close();
});

test('names without prefix, mask buffers and a second copy of the tied weight are understood', async () => {
  await editedModel((tensors) => {
    for (const [name, tensor] of Array.from(tensors)) {
      tensors.delete(name);
      const short = name.replace(/^transformer\./, '');
      tensors.set(short, { ...tensor, name: short });
    }
    const buffer = (name: string, shape: number[]) => tensors.set(name, { name, shape, data: () => new Float32Array(elementCount(shape)) });
    buffer('h.0.attn.bias', [1, 1, 11, 11]);
    buffer('h.1.attn.masked_bias', []);
    tensors.set('lm_head.weight', { ...tensors.get('wte.weight')!, name: 'lm_head.weight' });
  });
  const model = await loadModel(directory);
  expect(model.parameters[0]).toMatchObject({ name: 'transformer.wte.weight', fileName: 'wte.weight', shape: [37, 15] });
  expect(model.parameters).toHaveLength(28);
  await model.close();
});

test.each<[string, string, (tensors: Map<string, TensorToWrite>) => void]>([
  ['a missing tensor', 'transformer.h.1.mlp.c_fc.bias', (tensors) => tensors.delete('transformer.h.1.mlp.c_fc.bias')],
  [
    'an extra tensor',
    'transformer.h.2.ln_1.bias',
    (tensors) => tensors.set('x', { name: 'transformer.h.2.ln_1.bias', shape: [1], data: () => new Float32Array(1) }),
  ],
  [
    'a wrong shape',
    'transformer.wpe.weight',
    (tensors) =>
      tensors.set('transformer.wpe.weight', { name: 'transformer.wpe.weight', shape: [15, 11], data: () => new Float32Array(165) }),
  ],
  [
    'a tied head that differs',
    'lm_head.weight',
    (tensors) => tensors.set('x', { name: 'lm_head.weight', shape: [37, 15], data: () => new Float32Array(37 * 15) }),
  ],
])('%s is an error that names it', async (_, field, edit) => {
  await editedModel(edit);
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model_invalid', field });
});

test('a directory without weights, with other weights, without config or that is none says so', async () => {
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model_not_found' });
  await mkdir(directory);
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model_not_found', field: join(directory, 'config.json') });
  await cp(join(goldens, 'tied/config.json'), join(directory, 'config.json'));
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model_not_found', field: join(directory, 'model.safetensors') });
  await writeFile(join(directory, 'pytorch_model.bin'), '');
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'not_supported' });
  await expect(loadModel(join(directory, 'config.json'))).rejects.toMatchObject({ code: 'model_not_found' });
  await writeFile(join(directory, 'config.json'), '{');
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model_invalid', field: join(directory, 'config.json') });
  expect(await loadTokenizer(directory)).toBeNull();
  await writeFile(join(directory, 'tokenizer.json'), '3');
  await expect(loadTokenizer(directory)).rejects.toMatchObject({ code: 'model_invalid' });
});

test.each(['config.json', 'model.safetensors'])('a pipe in place of %s is refused, and nobody waits for a writer', async (name) => {
  await cp(join(goldens, 'tied'), directory, { recursive: true });
  await rm(join(directory, name));
  execFileSync('mkfifo', [join(directory, name)]);
  await expect(loadModel(directory)).rejects.toMatchObject({ code: 'model_not_found', field: join(directory, name) });
});

const config = parseModelConfig({
  model_type: 'gpt2',
  vocab_size: 301,
  n_positions: 9,
  n_embd: 10,
  n_head: 2,
  n_layer: 2,
  bos_token_id: 0,
  eos_token_id: 0,
});
const tokenizer = createTokenizer(trainTokenizer({ words: new Map([['hello', 3]]), vocabSize: 300 }));
const shapes = new Map(modelParameters(config).map((parameter) => [parameter.name, parameter]));
const valuesWithSeed = (seed: number) => (name: string) => {
  const parameter = shapes.get(name)!;
  const out = new Float32Array(elementCount(parameter.shape));
  initialise(parameter, { seed, out });
  return out;
};

test('an exported model loads again, weights bit for bit, tokenizer and all', async () => {
  await exportModel(join(directory, 'deep/model'), { config, values: valuesWithSeed(1), tokenizer });
  expect((await readdir(join(directory, 'deep/model'))).toSorted()).toEqual([
    'config.json',
    'generation_config.json',
    'massif.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect(await readdir(join(directory, 'deep'))).toEqual(['model']);
  const model = await loadModel(join(directory, 'deep/model'));
  expect(model.config).toEqual(config);
  for (const { name, shape } of model.parameters) {
    const values = new Float32Array(elementCount(shape));
    await model.read(name, values);
    expect(values).toEqual(valuesWithSeed(1)(name));
  }
  await model.close();
  const loaded = await loadTokenizer(join(directory, 'deep/model'));
  expect(loaded?.encode('hello')).toEqual(tokenizer.encode('hello'));
});

test('an export replaces what Massif wrote and an empty directory, and refuses anything else untouched', async () => {
  await exportModel(directory, { config, values: valuesWithSeed(1) });
  await exportModel(directory, { config, values: valuesWithSeed(2) });
  const model = await loadModel(directory);
  const values = new Float32Array(301 * 10);
  await model.read('transformer.wte.weight', values);
  expect(values).toEqual(valuesWithSeed(2)('transformer.wte.weight'));
  await model.close();
  const link = `${directory}-link`;
  await mkdir(`${directory}-empty`);
  await symlink(`${directory}-empty`, link);
  await exportModel(link, { config, values: valuesWithSeed(1) });
  expect(await readdir(`${directory}-empty`)).toContain('model.safetensors');

  const other = `${directory}-other`;
  await mkdir(other);
  await writeFile(join(other, 'thesis.txt'), 'mine');
  for (const target of [other, join(other, 'thesis.txt')])
    await expect(exportModel(target, { config, values: valuesWithSeed(1) })).rejects.toMatchObject({ code: 'model_exists', field: target });
  await expect(checkExportTarget(other)).rejects.toMatchObject({ code: 'model_exists' });
  expect(await readFile(join(other, 'thesis.txt'), 'utf8')).toBe('mine');
});

test('an export removes what killed ones left in its place, but nothing that may still be written', async () => {
  const old = new Date(Date.now() - 2 * 3600 * 1000);
  const partial = async (suffix: string, { directoryAt = old, fileAt = old } = {}) => {
    const path = `${directory}.partial-${suffix}`;
    await mkdir(path);
    await writeFile(join(path, 'model.safetensors'), '');
    await utimes(join(path, 'model.safetensors'), fileAt, fileAt);
    await utimes(path, directoryAt, directoryAt);
    return basename(path);
  };
  const abandoned = [await partial('0123456789ab'), await partial('0123456789ab.old')];
  const kept = [await partial('0123456789ac', { fileAt: new Date() }), await partial('of-my-thesis')];
  await exportModel(directory, { config, values: valuesWithSeed(1) });
  const names = await readdir(root);
  expect(names).toEqual(expect.arrayContaining([basename(directory), ...kept]));
  expect(names.filter((name) => abandoned.includes(name))).toEqual([]);
});

test('an export that fails leaves nothing behind and keeps what was there', async () => {
  await exportModel(directory, { config, values: valuesWithSeed(1) });
  const before = await readdir(root);
  const failing = exportModel(directory, {
    config,
    values: () => {
      throw new Error('device lost');
    },
  });
  await expect(failing).rejects.toThrow('device lost');
  await expect(
    exportModel(directory, { config: { ...config, vocabSize: 10 }, values: (name) => valuesWithSeed(1)(name), tokenizer }),
  ).rejects.toThrow();
  expect(await readdir(root)).toEqual(before);
  await (await loadModel(directory)).close();
});
