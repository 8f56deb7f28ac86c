import { AppError, type Layout } from '@massif/contracts';

/** What a runtime can really run. Nothing else is offered, and a layout that asks for more is refused by field. */
export interface Capabilities {
  modelTypes: readonly string[];
  /** Names of activation functions, as in a `config.json`. */
  activations: readonly string[];
  precisions: readonly string[];
  optimizers: readonly string[];
  dropout: boolean;
  /** Fields of a layout and the values they may have; a field that is not listed may have any. */
  layout: Readonly<Record<string, readonly (string | number | boolean | undefined)[]>>;
}

/** The native engine: data parallel, micro-batches, fp32, AdamW. */
export const nativeCapabilities: Capabilities = {
  modelTypes: ['gpt2'],
  activations: [
    'gelu',
    'gelu_python',
    'gelu_new',
    'gelu_python_tanh',
    'gelu_pytorch_tanh',
    'gelu_accurate',
    'gelu_fast',
    'quick_gelu',
    'relu',
    'relu2',
    'relu6',
    'leaky_relu',
    'silu',
    'swish',
    'sigmoid',
    'tanh',
    'linear',
  ],
  precisions: ['fp32'],
  optimizers: ['adamw'],
  dropout: false,
  layout: {
    tp: [1],
    pp: [1],
    cp: [1],
    ep: [1],
    zero: [0],
    interleave: [1],
    schedule: ['1f1b'],
    sequenceParallel: [false],
    recompute: ['none'],
    offload: [undefined],
  },
};

export interface TrainingToCheck {
  precision: string;
  optimizer: { name: string };
  dropout: number;
}

/** @throws AppError `not_supported` naming the field and what is supported. */
export function checkTraining(capabilities: Capabilities, { precision, optimizer, dropout }: TrainingToCheck): void {
  if (!capabilities.precisions.includes(precision)) throw notSupported('training.precision', precision, capabilities.precisions);
  if (!capabilities.optimizers.includes(optimizer.name))
    throw notSupported('training.optimizer.name', optimizer.name, capabilities.optimizers);
  if (dropout > 0 && !capabilities.dropout) throw notSupported('training.dropout', dropout, [0]);
}

/** @throws AppError `not_supported` naming the field and what is supported. */
export function checkLayout(capabilities: Capabilities, layout: Layout): void {
  for (const [field, supported] of Object.entries(capabilities.layout)) {
    const value = layout[field as keyof Layout];
    if (value !== undefined && (typeof value === 'object' || !supported.includes(value)))
      throw notSupported(`layout.${field}`, value, supported);
  }
}

function notSupported(path: string, value: unknown, supported: readonly (string | number | boolean | undefined)[]): AppError {
  const choices = supported.filter((choice) => choice !== undefined).map((choice) => String(choice));
  const fix = choices.length === 0 ? `leave ${path} out` : `use ${choices.join(' or ')}`;
  return new AppError('not_supported', `${path}: ${JSON.stringify(value)} is not supported by the native runtime yet; ${fix}`, {
    context: { path, supported: choices },
  });
}
