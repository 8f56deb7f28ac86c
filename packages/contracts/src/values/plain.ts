import type { FieldError } from '../errors/app-error.ts';

const depthMax = 24;
const valuesMax = 20_000;
const stringLengthMax = 65_536;
const errorsMax = 50;
const plainFix = 'use null, true, false, numbers, text, lists and plain objects';

/** Names that mean something to JavaScript itself. */
const reservedKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A deep copy of an untrusted value that holds nothing but JSON, with what had to be left out as errors. Afterwards the
 * value is a bounded tree of null, booleans, finite numbers, strings without NUL or lone surrogates (PostgreSQL stores
 * neither), arrays and plain objects, so that schemas, stores and printers need not fear it. Keys with the value undefined are dropped.
 */
export function toPlainJson(input: unknown): { value: unknown; errors: FieldError[] } {
  const errors: FieldError[] = [];
  let values = 0;
  const refuse = (path: string, message: string, fix?: string): undefined => {
    if (errors.length < errorsMax) errors.push({ path, message, fix, rule: 'not_plain' });
  };

  const copy = (value: unknown, path: string, depth: number): unknown => {
    if (++values > valuesMax)
      return values === valuesMax + 1 ? refuse(path, `the input holds more than ${valuesMax} values`, 'put data into files') : undefined;
    switch (typeof value) {
      case 'string':
        return checkText(value, path) ? value : undefined;
      case 'number':
        return Number.isFinite(value)
          ? value
          : refuse(path, `must be a finite number, not ${value}`, 'write a number that fits into 64 bits');
      case 'boolean':
      case 'undefined':
        return value;
      case 'object':
        if (value === null) return null;
        if (depth === depthMax) return refuse(path, `is nested more than ${depthMax} levels deep`, 'use fewer levels');
        return Array.isArray(value) ? copyArray(value, path, depth) : copyObject(value, path, depth);
      default:
        return refuse(path, `must be JSON, not a ${typeof value}`, plainFix);
    }
  };

  const copyArray = (list: readonly unknown[], path: string, depth: number): unknown[] => {
    const result: unknown[] = [];
    // A hole, or a value that was refused, keeps its place: later paths count on it.
    for (let index = 0; index < list.length && values <= valuesMax; index++)
      result.push(copy(list[index], `${path}[${index}]`, depth + 1) ?? null);
    return result;
  };

  const copyObject = (object: object, path: string, depth: number): unknown => {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== null && prototype !== Object.prototype) return refuse(path, 'must be JSON, not an object of a class', plainFix);
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(object)) {
      if (values > valuesMax) break;
      if (reservedKeys.has(key)) refuse(joinPath(path, key), `the name ${key} is not allowed`, 'use another name');
      else if (checkText(key, path)) {
        const copied = copy(value, joinPath(path, key), depth + 1);
        if (copied !== undefined) result[key] = copied;
      }
    }
    return result;
  };

  const checkText = (text: string, path: string): boolean => {
    if (text.length > stringLengthMax) refuse(path, `holds a text of more than ${stringLengthMax} characters`, 'put data into files');
    else if (text.includes('\0')) refuse(path, 'holds a NUL character', 'remove it');
    else if (!text.isWellFormed()) refuse(path, 'holds half of a surrogate pair', 'use well-formed Unicode');
    else return true;
    return false;
  };

  try {
    return { value: copy(input, '', 0), errors };
  } catch {
    // Getters and proxies of a caller inside this process may throw anything.
    return { value: undefined, errors: [...errors, { path: '', message: 'cannot be read', fix: plainFix, rule: 'not_plain' }] };
  }
}

/** `training` + `steps` -> `training.steps`; names that are no identifiers are quoted: `runtime.container.env["A.B"]`. */
export function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key.length > 80 ? `${key.slice(0, 77)}...` : key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** A value in a message, cut to a readable length. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
