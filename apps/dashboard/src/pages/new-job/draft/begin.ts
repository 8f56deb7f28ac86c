import { findModel } from '@massif/catalog';
import { formatSize, type JobSpec } from '@massif/contracts';
import { fieldsAt } from '../yaml/schema.ts';
import { writeDraft } from './text.ts';
import { initialValues, withoutEmpty, type SpecValues } from './values.ts';

/** A draft that begins with the model of somewhere, with samples no longer than it can read where that is known. */
export function draftWithModel(model: SpecValues['model']): string {
  const { training } = initialValues;
  const context = presetOf(model?.preset ?? '')?.sequence ?? Infinity;
  return writeDraft('', { ...initialValues, model, training: { ...training, sequence: Math.min(training.sequence, context) } });
}

/** A model of the catalogue, by any of its names, as the API takes them. */
export function presetOf(name: string): ReturnType<typeof findModel> | undefined {
  try {
    return findModel(name);
  } catch {
    return undefined;
  }
}

/** The text of the draft that begins from nothing. */
export const initialDraft = writeDraft('', initialValues);

/**
 * A job's spec as somebody would have written it: what is as by default is left out, also where the default follows from other
 * fields, which one may want to change.
 */
export function draftOfJob(spec: JobSpec): string {
  const { minDevices, maxDevices, memoryPerDevice, ...resources } = spec.resources;
  const { devices } = resources;
  const written = {
    ...spec,
    resources: {
      ...resources,
      ...(minDevices !== devices && { minDevices }),
      ...(maxDevices !== devices && { maxDevices }),
      ...(memoryPerDevice !== undefined && { memoryPerDevice: formatSize(memoryPerDevice) }),
    },
  };
  return writeDraft('', withoutDefaults(written, []) as SpecValues);
}

function withoutDefaults(value: object, path: string[]): object {
  const help = new Map(fieldsAt(path).map((field) => [field.name, field]));
  const entries = Object.entries(inOrder(value, [...help.keys()])).flatMap(([name, field]: [string, unknown]): [string, unknown][] => {
    const known = help.get(name);
    if (known && known.default !== undefined && JSON.stringify(known.default) === JSON.stringify(field)) return [];
    if (!known?.isObject || typeof field !== 'object' || field === null || Array.isArray(field)) return [[name, field]];
    const written = withoutDefaults(field, [...path, name]);
    // To be there at all may mean something: without `evaluate` nothing is.
    return [[name, Object.keys(written).length === 0 && known.default === undefined ? field : written]];
  });
  return withoutEmpty(Object.fromEntries(entries)) ?? {};
}

/** A spec as it is kept, its fields in the order of the contract; the database has an order of its own. */
export function ordered(spec: JobSpec): object {
  const walk = (value: object, path: string[]): object =>
    inOrder(
      Object.fromEntries(
        Object.entries(value).map(([name, field]: [string, unknown]) => {
          const isObject = typeof field === 'object' && field !== null && !Array.isArray(field);
          return [name, isObject ? walk(field, [...path, name]) : field];
        }),
      ),
      fieldsAt(path).map(({ name }) => name),
    );
  return walk(spec, []);
}

function inOrder(value: object, names: readonly string[]): object {
  const known = names.filter((name) => name in value);
  const rest = Object.keys(value).filter((name) => !names.includes(name));
  return Object.fromEntries([...known, ...rest].map((name) => [name, (value as Record<string, unknown>)[name]]));
}
