import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJobSpec, type TrainSpec } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseLayout } from './layout.ts';

let home: string;
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'massif-layout-'))));
afterAll(() => rmSync(home, { recursive: true }));

type Changes = { training?: object; resources?: object; layout?: object; model?: object };

const choose = (changes: Changes = {}, host?: Parameters<typeof chooseLayout>[2]) => {
  const { training, ...rest } = changes;
  const spec = parseJobSpec({
    kind: 'train',
    model: { config: { model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 32, n_positions: 64, vocab_size: 300 } },
    data: { text: ['a'] },
    training: { steps: 1, globalBatch: 24, sequence: 64, optimizer: { learningRate: 1 }, ...training },
    ...rest,
  }) as TrainSpec;
  return chooseLayout(spec, { home, native: { cacheDirectory: home }, logLevel: 'info', inherited: {} }, host);
};

describe('the layout of a local job', () => {
  it('has as many ranks as devices are asked for, also beyond the cores', async () => {
    const devices = 12;
    const { layout, ranks, threads } = await choose({ resources: { devices } });
    expect(layout).toMatchObject({ dp: devices, tp: 1, pp: 1 });
    expect(24 % (devices * layout.microBatch)).toBe(0);
    expect(ranks).toBe(devices);
    expect(threads).toBe(Math.max(1, Math.floor(availableParallelism() / devices)));
  });

  it('is the given one, and its threads those asked for', async () => {
    const chosen = await choose({ layout: { dp: 2, microBatch: 3 }, resources: { threadsPerDevice: 5 } });
    expect(chosen).toMatchObject({ layout: { dp: 2, microBatch: 3 }, ranks: 2, threads: 5 });
  });

  it('takes smaller micro-batches under a memory cap, and refuses one that nothing fits into', async () => {
    const free = await choose({ resources: { devices: 1 } });
    const capped = await choose({ resources: { devices: 1, memoryPerDevice: '2MiB' } });
    expect(capped.layout.microBatch).toBeLessThan(free.layout.microBatch);
    await expect(choose({ resources: { devices: 1, memoryPerDevice: '100KiB' } })).rejects.toMatchObject({
      code: 'does_not_fit',
      status: 422,
    });
  });

  it('shares the memory of the host, or of the container that this is, between its ranks', async () => {
    const roomy = await choose({ resources: { devices: 2 } }, { cores: 8, memoryBytes: 2 ** 32 });
    expect(roomy.threads).toBe(4);
    const tight = await choose({ resources: { devices: 2 } }, { cores: 8, memoryBytes: 2 * 2 ** 21 });
    expect(tight.layout.microBatch).toBeLessThan(roomy.layout.microBatch);
    await expect(choose({ resources: { devices: 2 } }, { cores: 8, memoryBytes: 2 ** 17 })).rejects.toMatchObject({ code: 'does_not_fit' });
  });

  it.each([
    ['a batch that does not divide', { resources: { devices: 5 } }, 'invalid_spec'],
    ['a sequence beyond the positions', { training: { sequence: 65 } }, 'invalid_spec'],
    ['a config that cannot be', { model: { config: { model_type: 'gpt2', n_embd: 30, n_head: 4 } } }, 'model_invalid'],
    ['a model directory that is not there', { model: { path: '/no/such/model' } }, 'model_not_found'],
  ])('is refused before anything starts: %s', async (_, changes, code) => {
    await expect(choose(changes)).rejects.toMatchObject({ code });
  });
});
