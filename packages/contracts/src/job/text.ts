import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { AppError } from '../errors/app-error.ts';
import { parseJobSpec } from './parse.ts';
import type { JobSpec } from './schema.ts';

/** Largest job spec, in characters. Data belongs into files. */
export const jobSpecLengthMax = 256 * 1024;

/** More aliases than any spec needs; a document that expands beyond is a bomb. */
const aliasesMax = 100;
const indentMax = 256;

/**
 * Reads a job spec from YAML 1.2 or JSON text.
 * @throws AppError `body_too_large`; `malformed_body` with line and column when it is no well-formed text, has a key twice
 * or expands to too much; `invalid_spec` as `parseJobSpec` does
 */
export function parseJobText(text: string, options: { fileName?: string | undefined } = {}): JobSpec {
  return parseJobSpec(parseText(text), options);
}

/** YAML or JSON text as plain values; see `parseJobText`. */
export function parseText(text: string): unknown {
  if (text.length > jobSpecLengthMax)
    throw new AppError('body_too_large', `the job spec has ${text.length} characters; at most ${jobSpecLengthMax} are read`, {
      context: { length: text.length, lengthMax: jobSpecLengthMax },
    });
  const depth = nestingOf(text);
  if (depth > indentMax) throw malformed(`it is nested ${depth} levels deep`, { line: 1, column: 1 });
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  try {
    const json = asJson(text);
    if (json !== undefined) {
      const twice = findDuplicateJsonKey(text);
      if (twice) throw malformed(twice.message, placeOf(text, twice.offset));
      return json.value;
    }
    // Its own check of duplicate keys compares each key with each.
    const document = withoutStackTraces(() =>
      parseDocument(text, {
        lineCounter: lines,
        prettyErrors: false,
        uniqueKeys: false,
        strict: true,
        version: '1.2',
        merge: false,
        logLevel: 'error',
      }),
    );
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem?.code === 'MULTIPLE_DOCS') throw malformed('a second document begins here; a job spec is one', at(problem.pos[0]));
    if (problem) throw malformed(problem.message, at(problem.pos[0]));
    const twice = findDuplicateKey(document);
    if (twice) throw malformed(twice.message, at(twice.offset));
    if (document.contents === null) throw malformed('it is empty', { line: 1, column: 1 });
    return document.toJS({ maxAliasCount: aliasesMax });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // Aliases that expand to too much, or recursion that does not end.
    throw malformed(cause instanceof RangeError ? 'it is nested too deeply' : (cause as Error).message, { line: 1, column: 1 }, cause);
  }
}

/**
 * The parser makes an Error for every mistake of a text, and goes on: in a hostile one of 256 KiB, stack traces take 2 s,
 * the rest 0.4 s.
 */
function withoutStackTraces<Result>(run: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** JSON that YAML reads otherwise, or not at all (tabs, long keys), is still JSON. */
function asJson(text: string): { value: unknown } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** In text that is well-formed JSON: a text in front of a colon is a key of the object that was opened last. */
function findDuplicateJsonKey(text: string): { message: string; offset: number } | undefined {
  const open: Set<string>[] = [];
  for (const { 0: token, 1: key, index } of text.matchAll(/("(?:[^"\\]|\\.)*")(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const name = JSON.parse(key!) as string;
      if (open.at(-1)!.has(name)) return { message: `the key ${JSON.stringify(name)} is there twice`, offset: index };
      open.at(-1)!.add(name);
    }
  }
  return undefined;
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The parser recurses once per bracket, dash or indentation; this bounds all of them, in one pass and from above. */
function nestingOf(text: string): number {
  let open = 0;
  let deepest = 0;
  let dashes = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '[' || character === '{') open++;
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    else if (character === '\n') dashes = 0;
    else if ((character === '-' || character === '?' || character === ':') && text[index + 1] === ' ') dashes++;
    deepest = Math.max(deepest, open + dashes);
  }
  return deepest;
}

function findDuplicateKey(document: Document.Parsed): { message: string; offset: number } | undefined {
  let found: { message: string; offset: number } | undefined;
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const offset = (key as { range?: [number] } | null)?.range?.[0] ?? 0;
        if (!isScalar(key)) found = { message: 'a key must be plain text', offset };
        else if (seen.has(String(key.value))) found = { message: `the key ${JSON.stringify(String(key.value))} is there twice`, offset };
        else seen.add(String(key.value));
        if (found) return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}

function malformed(what: string, { line, column }: { line: number; column: number }, cause?: unknown): AppError {
  const message = `line ${line}, column ${column}: ${what.replaceAll(/\s+/g, ' ').replace(/\.?$/, '')}`;
  return new AppError('malformed_body', message, {
    cause,
    context: { line, column },
    errors: [{ path: '', message, fix: 'write well-formed YAML or JSON' }],
  });
}
