import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSupported, layoutSchema, parseJobSpec } from '@massif/contracts';
import { createCpuDevice } from '@massif/device-cpu';
import { soloTransport } from '@massif/distributed';
import { nativeCapabilities, plan } from '@massif/planner';
import { train } from '@massif/trainer';
import { expect, it, onTestFinished } from 'vitest';

const cacheDirectory = fileURLToPath(new URL('../../../../node_modules/.cache/native/', import.meta.url));
const sequence = 64;

// One for each moment at which the most can be live, and for what is accumulated, tied or not.
it.each([
  ['wide logits', { n_layer: 2, n_embd: 48, n_head: 3, vocab_size: 1501 }, { globalBatch: 8, microBatch: 8 }],
  [
    'a wide feed-forward layer',
    { n_layer: 3, n_embd: 40, n_head: 4, n_inner: 333, vocab_size: 101, tie_word_embeddings: false },
    { globalBatch: 8, microBatch: 4 },
  ],
  ['attention', { n_layer: 3, n_embd: 72, n_head: 2, n_inner: 17, vocab_size: 97 }, { globalBatch: 8, microBatch: 8 }],
  ['many micro-batches', { n_layer: 1, n_embd: 32, n_head: 1, vocab_size: 65 }, { globalBatch: 64, microBatch: 2 }],
] as const)(
  'the memory of a plan is what a run takes, within 2 %%: %s',
  { timeout: 120_000 },
  async (_, config, { globalBatch, microBatch }) => {
    const directory = mkdtempSync(join(tmpdir(), 'massif-memory-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const tokens = join(directory, 'rows.json');
    writeFileSync(tokens, JSON.stringify([Array.from({ length: sequence + 1 }, (__, index) => index % config.vocab_size)]));
    const modelConfig = { model_type: 'gpt2', n_positions: sequence, ...config };
    const spec = parseJobSpec({
      kind: 'train',
      name: 'memory',
      model: { config: modelConfig },
      data: { tokens },
      training: { steps: 1, globalBatch, sequence, optimizer: { learningRate: 1e-3 } },
      layout: { dp: 1, microBatch },
    });
    checkSupported(spec);
    const devices = [{ id: 'd0', type: 'cpu', memoryBytes: 2 ** 32 }];
    const { plans } = plan({ spec, modelConfig, cluster: { nodes: [{ id: 'n', cores: 1, devices }] }, capabilities: nativeCapabilities });

    const device = await createCpuDevice({ threads: 1, cacheDirectory });
    onTestFinished(() => device.close());
    let deviceBytes = 0;
    await train({
      spec,
      layout: layoutSchema.parse(plans[0]!.layout),
      source: { kind: 'tokens', path: tokens, field: 'data.tokens' },
      device,
      transport: soloTransport(),
      directories: { data: join(directory, 'data'), model: join(directory, 'model') },
      stopRequested: () => false,
      onEvent: (event) => {
        if (event.type === 'step') deviceBytes = event.memory.deviceBytes;
      },
    });
    expect((plans[0]!.memoryGiB * 2 ** 30) / deviceBytes).toBeGreaterThan(0.98);
    expect((plans[0]!.memoryGiB * 2 ** 30) / deviceBytes).toBeLessThan(1.02);
  },
);
