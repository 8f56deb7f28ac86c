import type { FieldError } from '../errors/app-error.ts';
import { layoutDevices } from './layout.ts';
import type { wireSchemas } from './schema.ts';
import { stepsMax } from './training.ts';
import type { z } from 'zod';

type Parsed = { [Shape in keyof typeof wireSchemas]: z.output<(typeof wireSchemas)[Shape]> }[keyof typeof wireSchemas];

const lengths = ['steps', 'tokens', 'epochs'] as const;

/** Exactly one of steps, tokens and epochs; judged on the input itself, so that it is told together with everything else. */
export function checkLength(training: unknown): FieldError[] {
  if (typeof training !== 'object' || training === null || Array.isArray(training)) return [];
  const given = lengths.filter((name) => (training as Record<string, unknown>)[name] !== undefined);
  if (given.length === 1) return [];
  if (given.length === 0)
    return [
      {
        path: 'training.steps',
        message: 'exactly one of steps, tokens and epochs is required',
        fix: 'add training.steps, for example 300',
        rule: 'length_missing',
      },
    ];
  return [
    {
      path: `training.${given[1]}`,
      message: `exactly one of steps, tokens and epochs may be given, not ${given.join(' and ')}`,
      fix: `keep ${given[0]} and remove ${given.slice(1).join(' and ')}`,
      rule: 'length_twice',
      facts: { keep: given[0]!, remove: given.slice(1).join(', ') },
    },
  ];
}

/** What must hold between fields that are each right by themselves. `devices` is the gang size with its default. */
export function checkTogether(spec: Parsed, devices: number): FieldError[] {
  return [...checkDevices(spec, devices), ...checkLayout(spec), ...checkTraining(spec), ...checkVocabulary(spec), ...checkServe(spec)];
}

/** Gang size: as given, else what the layout takes, else the upper or lower end of the range, else one. */
export function gangSize({
  resources,
  layout,
}: {
  resources?: { devices?: number; minDevices?: number; maxDevices?: number };
  layout: Parsed['layout'];
}): number {
  if (resources?.devices !== undefined) return resources.devices;
  return layout === 'auto' ? (resources?.maxDevices ?? resources?.minDevices ?? 1) : layoutDevices(layout);
}

function checkDevices({ resources, layout }: Parsed, devices: number): FieldError[] {
  const errors: FieldError[] = [];
  const { minDevices = devices, maxDevices = devices } = resources ?? {};
  // Each against the other; neither may have been meant against a number that nobody wrote.
  if (resources?.devices === undefined && maxDevices < minDevices)
    return [
      {
        path: 'resources.maxDevices',
        message: `${maxDevices} is less than minDevices, ${minDevices}`,
        fix: `use at least ${minDevices}`,
        rule: 'device_range',
        facts: { maxDevices, minDevices },
      },
    ];
  if (minDevices > devices)
    errors.push({
      path: 'resources.minDevices',
      message: `${minDevices} is more than devices, ${devices}`,
      fix: `use at most ${devices}`,
      rule: 'min_devices',
      facts: { minDevices, devices },
    });
  if (maxDevices < devices)
    errors.push({
      path: 'resources.maxDevices',
      message: `${maxDevices} is less than devices, ${devices}`,
      fix: `use at least ${devices}`,
      rule: 'max_devices',
      facts: { maxDevices, devices },
    });
  if (layout !== 'auto' && layoutDevices(layout) !== devices) {
    const { dp, tp, pp, cp } = layout;
    const rest = tp * pp * cp;
    errors.push({
      path: 'layout',
      message: `dp x tp x pp x cp is ${dp} x ${tp} x ${pp} x ${cp} = ${layoutDevices(layout)}, but resources.devices is ${devices}`,
      fix:
        devices % rest === 0
          ? `set layout.dp to ${devices / rest}, or resources.devices to ${layoutDevices(layout)}`
          : `set resources.devices to ${layoutDevices(layout)}`,
      rule: 'layout_devices',
      facts: { layoutDevices: layoutDevices(layout), devices },
    });
  }
  return errors;
}

function checkLayout({
  layout,
  training,
  model,
}: Pick<Parsed, 'layout'> & { training?: { globalBatch?: number; sequence?: number }; model?: object }): FieldError[] {
  if (layout === 'auto') return [];
  const { dp, tp, cp, pp, interleave, microBatch } = layout;
  const { globalBatch, sequence } = training ?? {};
  const errors: FieldError[] = [];
  if (globalBatch !== undefined && globalBatch % (dp * microBatch) !== 0)
    errors.push({
      path: 'training.globalBatch',
      message: `${globalBatch} is not divisible by layout.dp x layout.microBatch = ${dp} x ${microBatch} = ${dp * microBatch}`,
      fix: `use a multiple of ${dp * microBatch}, such as ${multipleNear(globalBatch, dp * microBatch)}`,
      ...divisible(globalBatch, dp * microBatch, 'layout.dp x layout.microBatch'),
    });
  if (sequence !== undefined && layout.sequenceParallel && sequence % tp !== 0)
    errors.push({
      path: 'training.sequence',
      message: `${sequence} is not divisible by layout.tp = ${tp}, as sequenceParallel needs`,
      fix: `use a multiple of ${tp}, such as ${multipleNear(sequence, tp)}`,
      ...divisible(sequence, tp, 'layout.tp'),
    });
  if (sequence !== undefined && cp > 1 && (layout.contextParallel ?? 'ring') === 'ring' && sequence % (2 * cp) !== 0)
    errors.push({
      path: 'training.sequence',
      message: `${sequence} is not divisible by 2 x layout.cp = ${2 * cp}, as ring attention needs`,
      fix: `use a multiple of ${2 * cp}, such as ${multipleNear(sequence, 2 * cp)}`,
      ...divisible(sequence, 2 * cp, '2 x layout.cp'),
    });
  const heads = headsOf(model);
  if (heads !== undefined && heads % tp !== 0)
    errors.push({
      path: 'layout.tp',
      message: `the model's ${heads} attention heads are not divisible by ${tp}`,
      fix: `use a divisor of ${heads}`,
      rule: 'heads_divisible',
      facts: { heads, tp },
    });
  if (interleave > 1 && pp === 1)
    errors.push({
      path: 'layout.interleave',
      message: `${interleave} chunks a stage need a pipeline, but pp is 1`,
      fix: 'set layout.pp above 1, or layout.interleave to 1',
      rule: 'interleave_without_pipeline',
    });
  return errors;
}

/** Attention heads, where the spec itself says how many. */
function headsOf(model: object | undefined): number | undefined {
  if (model === undefined || !('config' in model)) return undefined;
  const config = model.config as Record<string, unknown>;
  const heads = config['n_head'] ?? config['num_attention_heads'];
  return typeof heads === 'number' && Number.isInteger(heads) && heads > 0 ? heads : undefined;
}

function checkTraining(spec: Parsed): FieldError[] {
  if (!('training' in spec) || spec.training === undefined) return [];
  const { optimizer, tokens, globalBatch, sequence } = spec.training;
  const errors: FieldError[] = [];
  if (optimizer?.momentum !== undefined && optimizer.name === 'adamw')
    errors.push({
      path: 'training.optimizer.momentum',
      message: 'belongs to sgd and muon; adamw has betas',
      fix: 'remove it, or use optimizer.name sgd',
      rule: 'momentum_of_adamw',
    });
  if (tokens !== undefined && globalBatch !== undefined && sequence !== undefined && tokens / (globalBatch * sequence) > stepsMax)
    errors.push({
      path: 'training.tokens',
      message: `${tokens} tokens are more than ${stepsMax} steps of ${globalBatch} x ${sequence} tokens`,
      fix: 'use fewer tokens or a larger globalBatch',
      rule: 'too_many_steps',
      facts: { tokens, stepsMax },
    });
  return errors;
}

/** A tokenizer trained on text has the end of text and one token per byte at least. */
const trainedVocabularyMin = 257;

function checkVocabulary(spec: Parsed): FieldError[] {
  if (spec.kind !== 'train' || spec.runtime !== 'native' || !('config' in spec.model)) return [];
  if (!('text' in spec.data) && !('package' in spec.data)) return [];
  const vocabulary = spec.model.config['vocab_size'];
  if (typeof vocabulary !== 'number' || vocabulary >= trainedVocabularyMin) return [];
  return [
    {
      path: 'model.config.vocab_size',
      message: `${vocabulary} is too small for text: a tokenizer has a token for each byte and one for the end`,
      fix: `use at least ${trainedVocabularyMin}, or data.tokens`,
      rule: 'vocabulary_too_small',
      facts: { vocabulary, least: trainedVocabularyMin },
    },
  ];
}

function checkServe(spec: Parsed): FieldError[] {
  if (!('serve' in spec) || spec.serve === undefined) return [];
  const { min, max } = spec.serve.replicas;
  return min > max
    ? [
        {
          path: 'serve.replicas.max',
          message: `${max} is less than min, ${min}`,
          fix: `use at least ${min}`,
          rule: 'replicas',
          facts: { min, max },
        },
      ]
    : [];
}

/** What says that a value should be a multiple. @param of what the factor is made of */
function divisible(value: number, factor: number, of: string): Pick<FieldError, 'rule' | 'facts'> {
  return { rule: 'divisible', facts: { value, factor, of, near: multipleNear(value, factor) } };
}

function multipleNear(value: number, factor: number): number {
  return Math.max(1, Math.round(value / factor)) * factor;
}
