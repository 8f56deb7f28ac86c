import { z } from 'zod';
import { wireSchemas } from './schema.ts';
import { supportedFields } from './supported.ts';

interface JsonSchema {
  description?: string;
  type?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | object;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
}

interface Row {
  path: string;
  value: string;
  fallback: string;
  description: string;
  /** What of the field this version does not run; undefined when all of it is built. */
  refused: string | undefined;
}

/** A train spec with every field that this version runs and most people set. A test reads it. */
export const exampleSpec = `kind: train
name: my-first-model
model: { preset: gpt2 }          # or { path: DIR } for a Hugging Face directory, { job: ID } for the model of an earlier job, or { config: { model_type: gpt2, ... } }
data: { text: [book.txt] }       # UTF-8 text files of yours, beside this file or by absolute path
training:
  steps: 300                     # or tokens, or epochs
  globalBatch: 8                 # samples per optimizer step, over all devices
  sequence: 256                  # tokens per sample
  optimizer: { learningRate: 1e-3 }
  schedule: { name: cosine, warmupSteps: 20, minRatio: 0.1 }
  evaluate: { every: 50, fraction: 0.02 }
  checkpoint: { every: 100, keep: 3 }
resources: { devices: 2, memoryPerDevice: 4GiB }
limits: { maxDuration: 8h }
`;

/** `docs/job-spec.md`: every field of a train spec. A test fails when the committed file differs. */
export function renderJobSpecDocs(): string {
  const schema = z.toJSONSchema(wireSchemas.train, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const rows = rowsOf(schema, '', false);
  return [
    '# Job spec',
    '',
    'Made from `packages/contracts/src/job` by `npm run openapi`; do not edit.',
    '',
    'A job is one YAML 1.2 or JSON document. `massif submit -f job.yaml --dry-run` checks it and says what would happen; an unknown field is an error',
    'that names the nearest known one. Files of this machine that `data` names are uploaded by `massif submit`.',
    '',
    '```yaml',
    exampleSpec.trimEnd(),
    '```',
    '',
    'Sizes are whole bytes or a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB.',
    '',
    '| field | value | default | |',
    '|---|---|---|---|',
    ...rows
      .filter(({ refused }) => refused === undefined)
      .map(({ path, value, fallback, description }) => `| \`${path}\` | ${[value, fallback, description].map(cell).join(' | ')} |`),
    '',
    'Known, and refused with `not_supported` until it is built:',
    '',
    ...rows.flatMap(({ refused }) => (refused === undefined ? [] : [`- ${refused}`])),
    '',
  ].join('\n');
}

function rowsOf(schema: JsonSchema, path: string, required: boolean): Row[] {
  const { properties, anyOf } = schema;
  const unbuilt = unbuiltWhole(path);
  if (unbuilt !== undefined) return [{ path, value: '', fallback: '', description: '', refused: unbuilt }];
  if (isClosed(schema))
    return Object.entries(properties!).flatMap(([key, field]) =>
      rowsOf(field, path === '' ? key : `${path}.${key}`, schema.required?.includes(key) ?? false),
    );
  // Alternatives that are objects are told field by field; what else may stand there is a row of its own.
  const objects = anyOf?.filter(isClosed) ?? [];
  if (objects.length === 0) return [rowOf(schema, path, required)];
  const others = anyOf!.filter((option) => !objects.includes(option));
  return [
    ...(others.length > 0 ? [rowOf({ ...schema, anyOf: others }, path, required)] : []),
    ...objects.flatMap((option) => rowsOf(objects.length > 1 ? { ...option, required: [] } : option, path, false)),
  ];
}

const isClosed = ({ properties, additionalProperties }: JsonSchema) => properties !== undefined && additionalProperties === false;

function rowOf(schema: JsonSchema, path: string, required: boolean): Row {
  const built = supportedFields.find((row) => row.path === path)?.values.filter((value) => value !== undefined);
  const onlyDefault = built?.length === 1 && built[0] === schema.default;
  return {
    path,
    value: schema.enum && built ? codes(schema.enum.filter((value) => built.includes(value as string))) : valueOf(schema),
    fallback: required ? '**required**' : schema.default === undefined ? '' : code(JSON.stringify(schema.default).replaceAll('"', '')),
    description: schema.description ?? '',
    refused: onlyDefault ? `${code(path)} other than ${codes(built)}` : undefined,
  };
}

/** A field, or an alternative of one, that this version does not have at all. */
function unbuiltWhole(path: string): string | undefined {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  const never = supportedFields.some((row) => row.path === path && row.values.every((value) => value === undefined));
  const alternatives = supportedFields.find((row) => row.path === parent)?.values;
  return never || (alternatives && !alternatives.includes(path.slice(parent.length + 1))) ? code(path) : undefined;
}

function valueOf({ type, enum: values, const: only, anyOf, items, prefixItems, examples }: JsonSchema): string {
  if (only !== undefined) return code(only);
  if (values) return codes(values.filter((value) => value !== null));
  if (anyOf) return [...new Set(anyOf.map(valueOf))].join(' or ');
  if (prefixItems) return `list of ${prefixItems.length} numbers`;
  if (items) return `list of ${valueOf(items)}`;
  if (examples) return codes(examples);
  return { integer: 'whole number', string: 'text', boolean: '`true` or `false`', object: 'object' }[type ?? ''] ?? type ?? 'anything';
}

const code = (value: unknown) => `\`${String(value)}\``;
const codes = (values: readonly unknown[]) => values.map(code).join(', ');
const cell = (text: string) => text.replaceAll('|', String.raw`\|`);
