import { invalid } from '../errors.ts';

/** A parsed JSON object, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Typed reading of the fields of a `config.json`: null and absent give the default (transformers writes both), another type is an error naming the field.
 * `aliases` are the generic names that transformers maps to the model's own (`attribute_map`); the model's own name wins.
 */
export function fieldReader(json: JsonObject, aliases: Readonly<Record<string, string>>) {
  const find = (name: string): { field: string; value: unknown } => {
    const own = json[name];
    if (own !== undefined && own !== null) return { field: name, value: own };
    const alias = aliases[name];
    if (alias !== undefined && json[alias] !== undefined && json[alias] !== null) return { field: alias, value: json[alias] };
    return { field: name, value: undefined };
  };
  return {
    integer(name: string, options: { default: number; min: number; max?: number }): number {
      const { field, value } = find(name);
      if (value === undefined) return options.default;
      const max = options.max ?? Number.MAX_SAFE_INTEGER;
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < options.min || value > max)
        throw invalid(
          field,
          `must be an integer of at least ${options.min}${options.max === undefined ? '' : ` and at most ${max}`}, got ${show(value)}`,
        );
      return value;
    },
    number(name: string, options: { default: number; min: number; exclusive?: boolean }): number {
      const { field, value } = find(name);
      if (value === undefined) return options.default;
      const low = typeof value === 'number' && (options.exclusive === true ? value > options.min : value >= options.min);
      if (!low || !Number.isFinite(value))
        throw invalid(
          field,
          `must be a finite number ${options.exclusive === true ? 'above' : 'of at least'} ${options.min}, got ${show(value)}`,
        );
      return value;
    },
    boolean(name: string, options: { default: boolean }): boolean {
      const { field, value } = find(name);
      if (value === undefined) return options.default;
      if (typeof value !== 'boolean') throw invalid(field, `must be true or false, got ${show(value)}`);
      return value;
    },
    string(name: string, options: { default: string }): string {
      const { field, value } = find(name);
      if (value === undefined) return options.default;
      if (typeof value !== 'string') throw invalid(field, `must be a string, got ${show(value)}`);
      return value;
    },
  };
}

/** A value in an error message, cut to a readable length. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
