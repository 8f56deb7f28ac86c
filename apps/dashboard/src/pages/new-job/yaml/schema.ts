import { jobSpecInputSchema, supportedFields } from '@massif/contracts';

interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  enum?: (string | number | boolean | null)[];
  const?: string | number | boolean | null;
  default?: string | number | boolean | null | object;
  examples?: (string | number)[];
  minimum?: number;
  maximum?: number;
  required?: string[];
}

/** A field as help and completion show it. */
export interface FieldHelp {
  name: string;
  /** What it is for, in the words of the contract. */
  description: string | undefined;
  type: string;
  default: JsonSchema['default'];
  /** Whether it holds fields of its own. */
  isObject: boolean;
}

let schema: JsonSchema | undefined;

/** What a `train` job may hold: the one kind that this version runs. */
function trainSchema(): JsonSchema {
  if (schema) return schema;
  const { $defs } = jobSpecInputSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as { $defs: Record<string, JsonSchema> };
  const kinds = $defs['JobSpecInput']!.anyOf!;
  schema = kinds.find(({ properties }) => properties?.['kind']?.const === 'train')!;
  return schema;
}

/** The forms that a field may have; several where the contract knows several ways to say it. */
function formsAt(path: readonly (string | number)[]): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (forms, step) => forms.flatMap((form) => alternatives((typeof step === 'number' ? form.items : form.properties?.[step]) ?? {})),
    alternatives(trainSchema()),
  );
}

function alternatives(form: JsonSchema): JsonSchema[] {
  const inner = form.anyOf ?? form.oneOf;
  return inner
    ? inner.flatMap((one) =>
        alternatives({ ...one, description: one.description ?? form.description, default: one.default ?? form.default }),
      )
    : [form];
}

/** Fields that belong to the contract and that this version refuses, whatever is in them. */
const refused = new Set(supportedFields.filter(({ values }) => values.every((value) => value === undefined)).map(({ path }) => path));

/** The fields that an object may hold, in the order of the contract, without those that this version refuses. */
export function fieldsAt(path: readonly (string | number)[]): FieldHelp[] {
  return knownFieldsAt(path).filter(({ name }) => !refused.has([...path, name].join('.')));
}

function knownFieldsAt(path: readonly (string | number)[]): FieldHelp[] {
  const found = new Map<string, FieldHelp>();
  for (const form of formsAt(path))
    for (const [name, field] of Object.entries(form.properties ?? {})) if (!found.has(name)) found.set(name, helpOf(name, field));
  return [...found.values()];
}

/** What a field is for; undefined for one that the contract does not know. */
export function fieldAt(path: readonly (string | number)[]): FieldHelp | undefined {
  const name = path.at(-1);
  return name === undefined ? undefined : knownFieldsAt(path.slice(0, -1)).find((field) => field.name === String(name));
}

/** The values that a field can be given by name. */
export function valuesAt(path: readonly (string | number)[]): string[] {
  const values = formsAt(path).flatMap(({ enum: names, const: only, type, examples = [] }) => {
    if (names) return names;
    if (only !== undefined) return [only];
    return type === 'boolean' ? [true, false] : examples;
  });
  return [...new Set(values.filter((value) => value !== null).map(String))];
}

function helpOf(name: string, field: JsonSchema): FieldHelp {
  const forms = alternatives(field);
  return {
    name,
    description: field.description ?? forms.find(({ description }) => description)?.description,
    type: [...new Set(forms.map(typeOf))].join(' | '),
    default: field.default ?? forms.find((form) => form.default !== undefined)?.default,
    isObject: forms.some(({ properties }) => properties !== undefined),
  };
}

function typeOf({ type, enum: names, const: only, minimum, maximum, items }: JsonSchema): string {
  if (names) return names.map(String).join(' | ');
  if (only !== undefined) return String(only);
  if (type === 'array') return `${items ? typeOf(items) : 'any'}[]`;
  if (type !== 'integer' && type !== 'number') return type ?? 'any';
  // Bounds that are only there against nonsense help nobody.
  const upper = maximum !== undefined && maximum <= 65_536 ? maximum : undefined;
  if (minimum === undefined && upper === undefined) return type;
  return `${type} ${minimum ?? ''}…${upper ?? ''}`;
}
