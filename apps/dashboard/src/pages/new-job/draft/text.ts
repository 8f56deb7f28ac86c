import { AppError, parseText } from '@massif/contracts';
import { isMap, parseDocument, stringify, type Document } from 'yaml';
import { withoutEmpty, type SpecValues } from './values.ts';

type Plain = Record<string, unknown>;

/** @throws AppError `malformed_body` with line and column when it is no well-formed text, `invalid_spec` when it holds something else than fields */
export function readDraft(text: string): SpecValues {
  const value = parseText(text);
  if (!isPlain(value)) throw new AppError('invalid_spec', 'A job spec must be an object');
  return value;
}

/** Whether a text is a draft that the form can show. */
export function isReadable(text: string): boolean {
  try {
    readDraft(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * A draft's text with these values in it: only what differs is written, so that comments, order and the way things are written
 * stay. A text that cannot be read is replaced.
 */
export function writeDraft(text: string, values: SpecValues): string {
  const after = (withoutEmpty(values) ?? {}) as Plain;
  if (!isReadable(text) || text.trim() === '') return stringify(after, { lineWidth: 0 });
  const document = parseDocument(text, { version: '1.2', merge: false, logLevel: 'silent' });
  if (!isMap(document.contents)) return stringify(after, { lineWidth: 0 });
  const before = document.toJS() as Plain;
  if (isSame(before, after)) return text;
  update(document, [], before, after);
  return document.toString({ lineWidth: 0 });
}

function update(document: Document, path: string[], before: Plain, after: Plain): void {
  for (const key of Object.keys(before)) if (!(key in after)) document.deleteIn([...path, key]);
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isPlain(old) && isPlain(value) && isMap(document.getIn([...path, key]))) update(document, [...path, key], old, value);
    else if (!isSame(old, value))
      document.setIn([...path, key], isPlain(value) || Array.isArray(value) ? document.createNode(value) : value);
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
