import { AppError, type FieldError } from '../errors/app-error.ts';
import { show } from '../values/plain.ts';
import { learningRateSchedules, objectives } from './enumerations.ts';
import type { JobSpec, TrainSpec } from './schema.ts';

/** One field, and the values that this version builds. */
export interface SupportedField {
  path: string;
  /** undefined: only when the field is absent. For an object, one of its keys. */
  values: readonly (string | number | boolean | undefined)[];
  /** The version that built the first of them. */
  since: string;
}

/** What of the job spec this version runs; every other value answers `not_supported`. Fields that are not listed are built in full. */
export const supportedFields: readonly SupportedField[] = [
  { path: 'kind', values: ['train'], since: '0.1' },
  { path: 'runtime', values: ['native'], since: '0.1' },
  { path: 'model', values: ['preset', 'path', 'config', 'job'], since: '0.1' },
  { path: 'model.config.model_type', values: ['gpt2', undefined], since: '0.1' },
  { path: 'data', values: ['text', 'package', 'tokens'], since: '0.1' },
  { path: 'training.precision', values: ['fp32'], since: '0.1' },
  { path: 'training.optimizer.name', values: ['adamw'], since: '0.1' },
  { path: 'training.schedule.name', values: learningRateSchedules, since: '0.1' },
  { path: 'training.dropout', values: [0], since: '0.1' },
  { path: 'resources.hostMemory', values: [undefined], since: '0.1' },
  { path: 'resources.nvme', values: [undefined], since: '0.1' },
  { path: 'resources.spot', values: [false], since: '0.1' },
  { path: 'limits.maxCostUsd', values: [undefined], since: '0.1' },
  { path: 'objective', values: [objectives[0]], since: '0.1' },
  { path: 'layout.tp', values: [1, undefined], since: '0.1' },
  { path: 'layout.pp', values: [1, undefined], since: '0.1' },
  { path: 'layout.cp', values: [1, undefined], since: '0.1' },
  { path: 'layout.ep', values: [1, undefined], since: '0.1' },
  { path: 'layout.zero', values: [0, undefined], since: '0.1' },
  { path: 'layout.interleave', values: [1, undefined], since: '0.1' },
  { path: 'layout.schedule', values: ['1f1b', undefined], since: '0.1' },
  { path: 'layout.sequenceParallel', values: [false, undefined], since: '0.1' },
  { path: 'layout.recompute', values: ['none', undefined], since: '0.1' },
  { path: 'layout.contextParallel', values: ['ring', undefined], since: '0.1' },
  { path: 'layout.offload', values: [undefined], since: '0.1' },
];

/** Device types that this version can have. */
const deviceTypes: readonly string[] = ['any', 'cpu'];

/**
 * Refuses what this version does not build yet.
 * @throws AppError `not_supported` with every such field; `not_enough_devices` for a device type that cannot be there
 */
export function checkSupported(spec: JobSpec): asserts spec is TrainSpec {
  // A container or deploy job has none of the other fields: one cause is enough.
  const rows = spec.kind === 'train' && spec.runtime === 'native' ? supportedFields : supportedFields.slice(0, 2);
  const errors = rows.flatMap((row) => check(row, spec));
  if (errors.length > 0)
    throw new AppError('not_supported', errors.map(({ path, message, fix }) => `${path}: ${message}; ${fix}`).join('; '), {
      errors,
      context: { path: errors[0]!.path },
    });
  const { deviceType } = spec.resources;
  if (!deviceTypes.includes(deviceType))
    throw new AppError('not_enough_devices', `resources.deviceType: there is no ${deviceType} device; this version runs on CPU devices`, {
      errors: [
        {
          path: 'resources.deviceType',
          message: `there is no ${deviceType} device`,
          fix: 'use any or cpu',
          rule: 'no_such_device',
          facts: { type: deviceType, known: 'any, cpu' },
        },
      ],
    });
}

function check({ path, values }: SupportedField, spec: JobSpec): FieldError[] {
  const value = read(spec, path);
  const choice = typeof value === 'object' && value !== null ? Object.keys(value)[0] : (value as string | number | boolean | undefined);
  if (values.includes(choice)) return [];
  const supported = values.filter((known) => known !== undefined);
  if (supported.length === 0)
    return [{ path, message: 'is not supported by this version', fix: 'leave it out', rule: 'not_supported', facts: {} }];
  return [
    {
      path: typeof value === 'object' && choice !== undefined ? `${path}.${choice}` : path,
      message: `${show(choice ?? null)} is not supported by this version`,
      fix: `use ${supported.join(' or ')}`,
      rule: 'not_supported',
      facts: { got: show(choice ?? null), supported: supported.join(', ') },
    },
  ];
}

/** The value at a dotted path; undefined where anything on the way is not an object. */
function read(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (current, key) => (typeof current === 'object' && current !== null ? (current as Record<string, unknown>)[key] : undefined),
      value,
    );
}
