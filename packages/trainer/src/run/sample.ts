import type { TokenShard } from '@massif/data';
import { modelLogits, stepKey, type ModelConfig, type Tokenizer } from '@massif/nn';
import { compileProgram, type Binding, type Device, type DeviceBuffer } from '@massif/tensor';
import { printable } from './printable.ts';

/** Tokens that the model continues, taken from the data, and tokens that it adds. */
const promptTokens = 16;
const sampledTokens = 48;
const temperature = 0.8;

/**
 * What the model says after the first words of a text: a sign of life for people, reproducible from the seed. Every token runs the whole model
 * again; serving has a cache for that.
 * @returns undefined when it says nothing that can be read
 */
export async function sampleText(options: {
  config: ModelConfig;
  device: Device;
  parameters: Readonly<Record<string, Binding>>;
  tokenizer: Tokenizer;
  shard: TokenShard;
  seed: number;
}): Promise<string | undefined> {
  const { config, device, parameters, tokenizer, shard, seed } = options;
  const T = Math.min(config.positions, promptTokens + sampledTokens);
  const executable = await device.load(compileProgram(modelLogits(config, { batch: 1, sequence: T, rows: 1 }), { limits: device.limits }));
  const owned: DeviceBuffer[] = [];
  const allocate = (elements: number): Binding => {
    const buffer = device.allocate(elements * 4);
    owned.push(buffer);
    return { buffer, offsetBytes: 0 };
  };
  try {
    const ports = { tokens: allocate(T), rows: allocate(1), logits: allocate(config.vocabSize) };
    const arena = allocate(Math.max(1, executable.program.arenaBytes / 4));
    const prompt = new Int32Array(Math.min(promptTokens, T, shard.tokens));
    shard.read(prompt, 0);
    const ids = [...prompt];
    const logits = new Float32Array(config.vocabSize);
    for (let i = 0; i < sampledTokens; i++) {
      const window = ids.slice(-T);
      const tokens = new Int32Array(T);
      tokens.set(window);
      await device.write(ports.tokens.buffer, 0, tokens);
      await device.write(ports.rows.buffer, 0, new Int32Array([window.length - 1]));
      await device.submit([{ executable, bindings: { ...parameters, ...ports }, arena }]).done;
      await device.read(ports.logits.buffer, 0, logits);
      const [word] = stepKey({ seed, step: i, name: 'sample' });
      ids.push(pick(logits.subarray(0, tokenizer.vocabSize), (word! >>> 0) * 2 ** -32));
    }
    return printable(tokenizer.decode(ids.slice(prompt.length), { skipSpecialTokens: true }));
  } finally {
    for (const buffer of owned) device.release(buffer);
  }
}

/** The token whose share of the softmax holds `uniform`, a number in [0, 1). */
function pick(logits: Float32Array, uniform: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  let rest = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [id, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return id;
  }
  return weights.length - 1;
}
