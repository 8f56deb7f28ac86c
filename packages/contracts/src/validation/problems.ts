import type { z } from 'zod';
import type { FieldError } from '../errors/app-error.ts';
import { joinPath, show } from '../values/plain.ts';
import { nearest } from '../values/suggest.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const typeNames: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Between the names that an unknown field could have had, inside a message of zod: see `explainIssue`. */
const separator = '\n';

/**
 * zod's messages in our words; messages that a schema brings along win. An unknown field's message carries the known
 * names instead, because only here the schema is at hand.
 */
export function explainIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${typeNames[issue.expected] ?? issue.expected}, not ${show(issue.input)}`;
    case 'too_small':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}${actual(issue)}`;
    case 'too_big':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}${actual(issue)}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be ${oneOf(issue.values)}, not ${show(issue.input)}`;
    case 'unrecognized_keys':
      return knownFields(issue.inst).join(separator);
    case 'invalid_union':
      return issue.input === undefined ? 'is required' : undefined;
    default:
      return undefined;
  }
}

function limit(origin: string | undefined, relation: string, bound: number | bigint): string {
  if (origin === 'string') return `have ${relation} ${bound} characters`;
  if (origin === 'array' || origin === 'tuple') return `have ${relation} ${bound} ${Number(bound) === 1 ? 'entry' : 'entries'}`;
  return `be ${relation} ${bound}`;
}

function actual({ input }: RawIssue): string {
  return typeof input === 'number' ? `, not ${input}` : '';
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map(String);
  return texts.length === 1 ? texts[0]! : `one of ${texts.join(', ')}`;
}

function knownFields(schema: unknown): string[] {
  const def = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def;
  return Object.keys(def?.shape ?? {});
}

function namesIn(message: string): string[] {
  return message === '' ? [] : message.split(separator);
}

export interface DescribeOptions {
  /** The value that was parsed. */
  input: unknown;
  /** What to write for a required field, by its path. */
  examples?: Readonly<Record<string, string>> | undefined;
  /** Where a field that is unknown in its place belongs. */
  elsewhere?(key: string): Omit<FieldError, 'path'> | undefined;
}

/** For so many unknown names it is looked what they may have meant; for 20,000 that would take a third of a second. */
const suggestionsMax = 200;

interface Describe extends DescribeOptions {
  suggestionsLeft: number;
}

/** zod's issues as errors with path, message and fix. The parse must have used `explainIssue`. */
export function describeIssues(issues: readonly Issue[], options: DescribeOptions): FieldError[] {
  const describing = { ...options, suggestionsLeft: suggestionsMax };
  return issues.flatMap((issue) => describe(issue, issue.path, describing));
}

function describe(issue: Issue, at: readonly PropertyKey[], options: Describe): FieldError[] {
  const path = formatPath(at);
  const { message } = issue;
  const input = valueAt(options.input, at);
  if (isMissing(options.input, at))
    return [{ path, message: 'is required', fix: fixMissing(path, options), rule: 'required', facts: exampleFact(path, options) }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(path, key, namesIn(message), options));
    case 'invalid_union':
      return describeUnion(issue, at, options);
    case 'invalid_type':
      return [{ path, message, fix: fixType(issue.expected, input), rule: 'type', facts: { expected: issue.expected, got: show(input) } }];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof input === 'string' ? nearest(input, values) : undefined;
      const fix = near === undefined ? `use ${values.join(' or ')}` : `did you mean ${near}?`;
      return [{ path, message, fix, rule: 'choice', facts: { values: near ?? values.join(', '), got: show(input) } }];
    }
    case 'too_small':
      return [
        {
          path,
          message,
          fix: `use ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`,
          rule: isLength(issue.origin) ? 'min_length' : issue.inclusive === false ? 'above' : 'min',
          facts: { limit: Number(issue.minimum), got: show(input) },
        },
      ];
    case 'too_big':
      return [
        {
          path,
          message,
          fix: `use ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`,
          rule: isLength(issue.origin) ? 'max_length' : issue.inclusive === false ? 'below' : 'max',
          facts: { limit: Number(issue.maximum), got: show(input) },
        },
      ];
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? message, fix: 'use another name', rule: 'key' }];
    default:
      return [{ path, message, fix: fixForm(path, options), rule: 'format', facts: { got: show(input) } }];
  }
}

function isLength(origin: string): boolean {
  return origin === 'string' || origin === 'array' || origin === 'tuple';
}

function exampleFact(path: string, options: DescribeOptions): { example: string } | undefined {
  const example = exampleOf(path, options);
  return example === undefined ? undefined : { example };
}

function exampleOf(path: string, { examples }: DescribeOptions): string | undefined {
  return examples && Object.hasOwn(examples, path) ? examples[path] : undefined;
}

function fixForm(path: string, options: Describe): string {
  const example = exampleOf(path, options);
  return example === undefined ? 'correct the value' : `write for example ${example}`;
}

function fixMissing(path: string, options: Describe): string {
  const example = exampleOf(path, options);
  return example === undefined ? `add ${path}` : `add ${path}, for example ${example}`;
}

function fixType(expected: string, input: unknown): string {
  if ((expected === 'int' || expected === 'number') && typeof input === 'string' && input.trim() !== '' && Number.isFinite(Number(input)))
    return `write ${Number(input)} without quotes`;
  if (expected === 'array' && typeof input !== 'object') return `write a list: [${show(input)}]`;
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) return `write it in quotes: "${input}"`;
  return `write ${typeNames[expected] ?? expected}`;
}

function unknownField(parent: string, key: string, known: readonly string[], options: Describe): FieldError {
  const path = joinPath(parent, key);
  const { elsewhere } = options;
  const near = options.suggestionsLeft-- > 0 ? nearest(key, known) : undefined;
  if (near !== undefined)
    return {
      path,
      message: `unknown field \`${key}\`; did you mean \`${near}\`?`,
      fix: `write ${near}`,
      rule: 'misspelt_field',
      facts: { field: key, near },
    };
  const other = elsewhere?.(key);
  if (other) return { path, ...other };
  return {
    path,
    message: `unknown field \`${key}\``,
    fix: known.length === 0 ? 'remove it' : `remove it; known here: ${known.join(', ')}`,
    rule: 'unknown_field',
    facts: { field: key, known: known.join(', ') },
  };
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/** The errors of the member that the input most likely meant; when that is not clear, what the union says of itself. */
function describeUnion(issue: UnionIssue, at: readonly PropertyKey[], options: Describe): FieldError[] {
  const path = formatPath(at);
  const input = valueAt(options.input, at);
  const shown = typeof input === 'object' ? '' : `, not ${show(input)}`;
  const itself: FieldError[] = [
    { path, message: `${issue.message}${shown}`, fix: fixForm(path, options), rule: 'form', facts: exampleFact(path, options) },
  ];
  if (typeof input !== 'object' || input === null) return itself;
  const members = issue.errors
    .map((errors) => ({ errors, cost: errors.reduce((sum, error) => sum + costOf(error, input), 0) }))
    .toSorted((a, b) => a.cost - b.cost);
  const [best, next] = members;
  if (best === undefined || best.cost >= wrongKind) return itself;
  if (next === undefined || best.cost < next.cost) return best.errors.flatMap((error) => describe(error, [...at, ...error.path], options));
  // Several are as near: either a name is mistyped, or there are too many or none of the names.
  const known = new Set(
    members.flatMap(({ errors }) => errors.flatMap((error) => (error.code === 'unrecognized_keys' ? namesIn(error.message) : []))),
  );
  const unknown = Object.keys(input).filter((key) => !known.has(key));
  return known.size > 0 && unknown.length > 0 ? unknown.map((key) => unknownField(path, key, [...known], options)) : itself;
}

const wrongKind = 1_000_000;

/** How much an issue speaks against the member of a union that it came from. */
function costOf(issue: Issue, input: object): number {
  if (issue.path.length === 0 && issue.code !== 'unrecognized_keys') return wrongKind;
  if (issue.code === 'unrecognized_keys') return 10 * issue.keys.length;
  return issue.path.length === 1 && isMissing(input, issue.path) ? 1000 : 1;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** Whether an object on the way does not have its field; a place inside of what a schema made of the input never is. */
function isMissing(root: unknown, path: readonly PropertyKey[]): boolean {
  const key = path.at(-1);
  if (key === undefined) return root === undefined;
  const parent = valueAt(root, path.slice(0, -1));
  return typeof parent === 'object' && parent !== null && (parent as Record<PropertyKey, unknown>)[key] === undefined;
}

/** ['data', 'text', 2] -> `data.text[2]`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : joinPath(text, String(key))), '');
}
