import { AppError, type FieldError } from '@massif/contracts';
import { nativeCapabilities, type Capabilities } from '../capabilities.ts';

export const fp32Bytes = 4;

/** The sizes of a GPT-2-type model; everything the planner computes comes from these. */
export interface ModelShape {
  layers: number;
  hidden: number;
  heads: number;
  /** Width of the feed-forward layer. */
  inner: number;
  positions: number;
  vocabulary: number;
  /** The output projection is the token embedding. */
  tied: boolean;
}

/** Fields of a size, the generic name that transformers knows it by too, and its default there. */
const sizes = {
  n_layer: { alias: 'num_hidden_layers', absent: 12 },
  n_embd: { alias: 'hidden_size', absent: 768 },
  n_head: { alias: 'num_attention_heads', absent: 12 },
  n_positions: { alias: 'max_position_embeddings', absent: 1024 },
  vocab_size: { alias: 'vocab_size', absent: 50_257 },
} as const;

/** The engine's bound: products of two sizes stay exact integers. */
const sizeMax = 2 ** 26 - 1;

/**
 * Sizes from a Hugging Face `config.json`; missing fields take the model type's defaults in transformers.
 * @throws AppError `not_supported` for a model type or activation that the runtime does not have, `invalid_spec` for sizes that
 * cannot be, all of them; both name the fields
 */
export function shapeOf(
  config: Readonly<Record<string, unknown>>,
  { modelTypes, activations }: Pick<Capabilities, 'modelTypes' | 'activations'>,
): ModelShape {
  const { model_type: type, activation_function: activation, n_inner: given, tie_word_embeddings: tie } = config;
  if (!modelTypes.includes(type as string)) throw notSupported('model_type', type, modelTypes);
  if (typeof activation === 'string' && !activations.includes(activation))
    throw notSupported('activation_function', activation, activations);
  const problems: FieldError[] = [];
  const note = (field: string, problem: Omit<FieldError, 'path'>) => problems.push({ path: `model.config.${field}`, ...problem });
  const check = (field: string, value: unknown): number => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= sizeMax) return value;
    note(field, {
      message: `must be a whole number from 1 to ${sizeMax}, not ${JSON.stringify(value)}`,
      fix: `use a whole number from 1 to ${sizeMax}`,
      rule: 'model_size',
      facts: { max: sizeMax },
    });
    return Number.NaN;
  };
  const size = (name: keyof typeof sizes) => {
    const { alias, absent } = sizes[name];
    const field = (config[name] ?? null) === null && (config[alias] ?? null) !== null ? alias : name;
    return check(field, config[field] ?? absent);
  };
  const hidden = size('n_embd');
  const heads = size('n_head');
  if (hidden % heads > 0) {
    const near = Math.max(1, Math.round(hidden / heads)) * heads;
    note('n_embd', {
      message: `${hidden} is not divisible by n_head, ${heads}`,
      fix: `use a multiple of ${heads}, such as ${near}`,
      rule: 'divisible',
      facts: { value: hidden, of: 'n_head', factor: heads, near },
    });
  }
  const shape = {
    layers: size('n_layer'),
    hidden,
    heads,
    inner: (given ?? null) === null ? 4 * hidden : check('n_inner', given),
    positions: size('n_positions'),
    vocabulary: size('vocab_size'),
    tied: tie !== false,
  };
  const [first] = problems;
  if (!first) return shape;
  const message = problems.map((problem) => `${problem.path} ${problem.message}`).join('; ');
  throw new AppError('invalid_spec', message, { context: { path: first.path }, errors: problems });
}

function notSupported(field: string, value: unknown, supported: readonly string[]): AppError {
  const path = `model.config.${field}`;
  const message = `${JSON.stringify(value)} is not supported`;
  const names = supported.join(', ');
  return new AppError('not_supported', `${path} ${message}; supported: ${names}`, {
    context: { path },
    errors: [{ path, message, fix: `use one of: ${names}`, rule: 'not_supported', facts: { supported: names } }],
  });
}

/** How many parameters the model of a config has; null for one that the planner does not know. */
export function parametersOf(config: Readonly<Record<string, unknown>>): number | null {
  try {
    const count = parameterCount(shapeOf(config, nativeCapabilities));
    return Number.isSafeInteger(count) ? count : null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Number of trained parameters, a tied one once. */
export function parameterCount({ layers, hidden: C, inner: I, positions, vocabulary, tied }: ModelShape): number {
  const layer = 2 * C + (3 * C * C + 3 * C) + (C * C + C) + 2 * C + (C * I + I) + (I * C + C);
  return vocabulary * C * (tied ? 1 : 2) + positions * C + layers * layer + 2 * C;
}
