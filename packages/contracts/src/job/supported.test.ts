import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { AppError, checkSupported, parseJobSpec, supportedFields, type JobSpec } from '../index.ts';
import { wireSchemas } from './schema.ts';
import { full, merge, spec, type Tree } from './testing.ts';

describe('what this version does not build', () => {
  const unsupported = (input: Tree): AppError => {
    const parsed: JobSpec = parseJobSpec(input);
    try {
      checkSupported(parsed);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    throw new Error('it is supported');
  };

  it.each<[string, Tree]>([
    ['kind', { kind: 'finetune' }],
    ['runtime.container', { runtime: { container: { image: 'x' } } }],
    ['model.config.model_type', { model: { preset: undefined, config: { model_type: 'llama' } } }],
    ['data.jsonl', { data: { text: undefined, jsonl: 'a' } }],
    ['data.images', { data: { text: undefined, images: 'a' } }],
    ['training.precision', { training: { precision: 'bf16' } }],
    ['training.optimizer.name', { training: { optimizer: { name: 'muon' } } }],
    ['training.dropout', { training: { dropout: 0.1 } }],
    ['objective', { objective: 'cheapest' }],
    ['objective.deadline', { objective: { deadline: '2h' } }],
    ['layout.tp', { layout: { tp: 2 } }],
    ['layout.pp', { layout: { pp: 2 } }],
    ['layout.cp', { layout: { cp: 2 } }],
    ['layout.ep', { layout: { ep: 2 } }],
    ['layout.zero', { layout: { zero: 1 } }],
    ['layout.schedule', { layout: { schedule: 'zero-bubble' } }],
    ['layout.recompute', { layout: { recompute: 'full' } }],
    ['layout.contextParallel', { layout: { contextParallel: 'all-to-all' } }],
    ['layout.offload', { layout: { offload: { optimizer: { tier: 'host' } } } }],
    ['resources.hostMemory', { resources: { hostMemory: '16GiB' } }],
    ['resources.nvme', { resources: { nvme: { path: '/nvme', size: '100GiB' } } }],
    ['limits.maxCostUsd', { limits: { maxCostUsd: 500 } }],
    ['resources.spot', { resources: { spot: true } }],
  ])('answers not_supported for %s', (path, changes) => {
    const error = unsupported(spec(changes));
    expect(error).toMatchObject({ code: 'not_supported', status: 422, errors: [{ path }] });
    expect(error.errors![0]!.fix).toBeTruthy();
  });

  it('names one cause for jobs that have no training', () => {
    expect(unsupported({ kind: 'deploy', model: { preset: 'gpt2' } }).errors).toEqual([
      {
        path: 'kind',
        message: '"deploy" is not supported by this version',
        fix: 'use train',
        rule: 'not_supported',
        facts: { got: '"deploy"', supported: 'train' },
      },
    ]);
  });

  it('has no device of other types', () => {
    expect(unsupported(spec({ resources: { deviceType: 'h100' } }))).toMatchObject({
      code: 'not_enough_devices',
      status: 422,
      errors: [{ path: 'resources.deviceType' }],
    });
  });

  it.each<[string, Tree]>([
    ['everything by default', {}],
    [
      'the example of the contract, but for what bounds other memory and cost',
      merge(full, { resources: { hostMemory: undefined, nvme: undefined }, limits: { maxCostUsd: undefined } }),
    ],
    ['a layout of replicas', { layout: { dp: 4, microBatch: 2 } }],
    ['every schedule', { training: { schedule: { name: 'wsd' } } }],
    ['epochs', { training: { steps: undefined, epochs: 1 } }],
    ['a GPT-2 config', { model: { preset: undefined, config: { model_type: 'gpt2' } } }],
    ['a directory', { model: { preset: undefined, path: 'x' }, data: { text: undefined, tokens: 'x' } }],
  ])('does not include %s', (_, changes) => {
    expect(() => checkSupported(parseJobSpec(spec(changes)))).not.toThrow();
  });

  /** The fields of a train spec that lead to nothing below them, and the choices between several kinds of them. */
  const fields = fieldsOf(wireSchemas.train);

  it('is one table of fields that exist', () => {
    const known = new Set([...fields, 'model.config.model_type'].flatMap((path) => prefixesOf(path)));
    expect(supportedFields.filter(({ path }) => !known.has(path))).toEqual([]);
  });

  it('leaves no field out that nobody reads', () => {
    const listed = new Set(supportedFields.map(({ path }) => path));
    expect(fields.filter((path) => !prefixesOf(path).some((prefix) => listed.has(prefix))).toSorted()).toEqual(built.toSorted());
  });
});

/** Fields that are built in full, by who reads them. One that is neither here nor in the table would be ignored silently. */
const built = [
  // the API and the store
  'name',
  'project',
  'queue',
  'priority',
  // the planner and the scheduler; the device, of its memory
  ...['devices', 'minDevices', 'maxDevices', 'deviceType', 'memoryPerDevice', 'threadsPerDevice'].map((name) => `resources.${name}`),
  'layout.dp',
  'layout.microBatch',
  // the controller; without one, the worker
  'limits.maxDuration',
  'limits.maxRestarts',
  // the trainer
  ...['steps', 'tokens', 'epochs', 'globalBatch', 'sequence', 'gradientClip', 'seed'].map((name) => `training.${name}`),
  ...['learningRate', 'betas', 'eps', 'weightDecay'].map((name) => `training.optimizer.${name}`),
  ...['warmupSteps', 'minRatio'].map((name) => `training.schedule.${name}`),
  ...['evaluate.every', 'evaluate.fraction', 'checkpoint.every'].map((name) => `training.${name}`),
  // the controller
  'training.checkpoint.keep',
  // nobody, and only optimizers that are not built may have it
  'training.optimizer.momentum',
];

/** Dotted paths of the fields of a schema that have no fields of their own. */
function fieldsOf(schema: z.core.$ZodType): string[] {
  const paths = new Set<string>();
  const walk = (inner: z.core.$ZodType, path: string[]): void => {
    const {
      shape,
      options,
      innerType,
      in: input,
    } = inner._zod.def as {
      shape?: Record<string, z.core.$ZodType>;
      options?: z.core.$ZodType[];
      innerType?: z.core.$ZodType;
      in?: z.core.$ZodType;
    };
    const below = [...(options ?? []), innerType, input].filter((next) => next !== undefined);
    for (const next of below) walk(next, path);
    for (const [key, field] of Object.entries(shape ?? {})) walk(field, [...path, key]);
    if (below.length === 0 && !shape) paths.add(path.join('.'));
  };
  walk(schema, []);
  // A choice such as `layout: auto` beside fields of its own is no field without them.
  return [...paths].filter((path) => ![...paths].some((other) => other.startsWith(`${path}.`)));
}

const prefixesOf = (path: string) => path.split('.').map((_, index, names) => names.slice(0, index + 1).join('.'));
