import type { z } from 'zod';
import type { FieldError } from '../errors/app-error.ts';
import { joinPath, show, toPlainJson } from '../values/plain.ts';
import { nearest } from '../values/suggest.ts';
import { jobKinds } from './enumerations.ts';
import { nameFromFile } from './names.ts';
import { describeIssues, explainIssue } from '../validation/problems.ts';
import { invalidSpec } from '../validation/validate.ts';
import { checkLength, checkTogether, gangSize } from './rules.ts';
import { wireSchemas, type JobKind, type JobSpec } from './schema.ts';

/** What to write for the fields that have no default, or a form of their own. */
const examples: Record<string, string> = {
  kind: 'train',
  model: '{ preset: gpt2 }',
  data: '{ text: [moby-dick.txt] }',
  training: '{ steps: 300, globalBatch: 8, sequence: 256, optimizer: { learningRate: 1e-3 } }',
  'training.globalBatch': '8',
  'training.sequence': '256',
  'training.optimizer': '{ learningRate: 1e-3 }',
  'training.optimizer.learningRate': '1e-3',
  'model.config.model_type': 'gpt2',
  name: 'moby-dick',
  'limits.maxDuration': '2h',
  objective: 'fastest',
  layout: 'auto',
  runtime: 'native',
  'resources.memoryPerDevice': '4GiB',
  'resources.hostMemory': '16GiB',
  'resources.nvme.size': '100GiB',
  'resources.nvme.path': '/mnt/nvme',
  'runtime.container.image': 'ghcr.io/me/train:1',
};

/** Top-level fields of some kinds only. */
const kindsOf = new Map<string, readonly JobKind[]>([
  ['method', ['finetune']],
  ['serve', ['deploy']],
  ['data', ['train', 'finetune']],
  ['training', ['train', 'finetune']],
]);

/**
 * Reads a job spec: checks every field, fills in every default. The result is itself a valid spec that reads as the same.
 * @param fileName of the spec; without a `name` the job is called after it
 * @throws AppError `invalid_spec` with every problem, each with path, message and fix
 */
export function parseJobSpec(input: unknown, { fileName }: { fileName?: string | undefined } = {}): JobSpec {
  const { value, errors } = toPlainJson(input);
  if (!isObject(value)) {
    const message = value === undefined ? 'a job spec is required' : `a job spec must be an object, not ${show(value)}`;
    throw invalidSpec(errors.length > 0 ? errors : [{ path: '', message, fix: 'begin with kind: train' }]);
  }
  const kind = kindOf(value, errors);
  const container = isObject(value['runtime']) && 'container' in value['runtime'];
  // Without a valid kind the rest is judged as the most common one.
  const schema = wireSchemas[container ? 'container' : (kind ?? 'train')];
  const source = {
    ...value,
    kind: kind ?? 'train',
    name: value['name'] ?? (fileName === undefined ? undefined : nameFromFile(fileName)) ?? kind ?? 'job',
  };
  const result = (schema as z.ZodType<z.output<(typeof wireSchemas)[keyof typeof wireSchemas]>>).safeParse(source, { error: explainIssue });
  if (!result.success)
    errors.push(...describeIssues(result.error.issues, { input: source, examples, elsewhere: (key) => elsewhere(key, kind ?? 'train') }));
  if (!container && kind !== 'deploy') errors.push(...checkLength(value['training']));
  if (!result.success) throw invalidSpec(errors);
  const spec = result.data;
  const devices = gangSize(spec);
  errors.push(...checkTogether(spec, devices));
  if (errors.length > 0) throw invalidSpec(errors);
  const { devices: _, minDevices = devices, maxDevices = devices, ...resources } = spec.resources;
  // `evaluate: off` reads as absent.
  if ('training' in spec && spec.training && spec.training.evaluate === undefined) delete spec.training.evaluate;
  return { ...spec, name: spec.name ?? spec.kind, resources: { devices, minDevices, maxDevices, ...resources } };
}

function kindOf(value: Record<string, unknown>, errors: FieldError[]): JobKind | undefined {
  const { kind } = value;
  const known = jobKinds.find((name) => name === kind);
  if (known) return known;
  const near = typeof kind === 'string' ? nearest(kind, jobKinds) : undefined;
  errors.push({
    path: 'kind',
    message: kind === undefined ? 'is required' : `must be one of ${jobKinds.join(', ')}, not ${show(kind)}`,
    fix: kind === undefined ? 'add kind, for example train' : near ? `did you mean ${near}?` : 'use train',
    ...(kind === undefined
      ? { rule: 'required', facts: { example: 'train' } }
      : { rule: 'choice', facts: { values: near ?? jobKinds.join(', '), got: show(kind) } }),
  });
  return undefined;
}

/** Where a field that is unknown here belongs. */
function elsewhere(key: string, kind: JobKind): Omit<FieldError, 'path'> | undefined {
  const kinds = kindsOf.get(key);
  if (kinds && !kinds.includes(kind))
    return {
      message: `\`${key}\` belongs to kind ${kinds.join(' and ')}, not to ${kind}`,
      fix: `remove it, or use kind: ${kinds[0]}`,
      rule: 'field_of_kind',
      facts: { field: key, kinds: kinds.join(', '), kind },
    };
  const places = fieldPaths().get(key);
  return (
    places && {
      message: `unknown field \`${key}\` here; did you mean \`${places[0]}\`?`,
      fix: `move it to ${places[0]}`,
      rule: 'misplaced_field',
      facts: { field: key, place: places[0]! },
    }
  );
}

let paths: Map<string, string[]> | undefined;

/** Every field name of a train spec and the paths at which it is known. */
function fieldPaths(): Map<string, string[]> {
  if (paths) return paths;
  const found = new Map<string, string[]>();
  const walk = (schema: z.core.$ZodType, path: string): void => {
    const def = schema._zod.def as {
      shape?: Record<string, z.core.$ZodType>;
      options?: z.core.$ZodType[];
      innerType?: z.core.$ZodType;
      in?: z.core.$ZodType;
    };
    for (const [key, field] of Object.entries(def.shape ?? {})) {
      const place = joinPath(path, key);
      found.set(key, [...(found.get(key) ?? []), place]);
      walk(field, place);
    }
    for (const inner of [...(def.options ?? []), def.innerType, def.in]) if (inner) walk(inner, path);
  };
  walk(wireSchemas.train, '');
  paths = found;
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
