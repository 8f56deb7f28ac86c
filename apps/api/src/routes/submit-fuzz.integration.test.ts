import { errorCodes, jobSchema, problemSchema, dryRunSchema } from '@massif/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, tinySpec, type TestApi } from '../../test/api.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api[Symbol.asyncDispose]());

type Path = (string | number)[];

/** Every place in a value. */
function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...at, Array.isArray(value) ? Number(key) : key]))];
}

function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[first] = replaced(copy[first], rest, by);
  return copy;
}

const base = {
  ...tinySpec,
  priority: 0,
  layout: { dp: 2, tp: 1, microBatch: 1 },
  limits: { maxDuration: '8h', maxRestarts: 1 },
  training: { ...tinySpec.training, schedule: { name: 'cosine', warmupSteps: 2 }, checkpoint: { every: 5, keep: 1 }, seed: 1 },
  resources: { devices: 2, minDevices: 2, maxDevices: 2, memoryPerDevice: '1GiB', threadsPerDevice: 1 },
};
const places = placesOf(base);

/** What breaks programs. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 5e-324, 'NaN', '1e999', [], {}, [[]], 'auto'),
  fc.constantFrom<unknown>(
    '/etc/passwd',
    '../..',
    'upload:',
    'upload:../../x',
    'dataset:x',
    'file:///etc',
    '__proto__',
    'gpt2-nano',
    'gpt2-xl',
  ),
  fc.constantFrom<unknown>(
    '\0',
    '\ud800',
    '\u202e',
    'x'.repeat(70_000),
    "'; drop table job; --",
    '${7*7}',
    '99999999999999999999d',
    '1e9TiB',
  ),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(
    fc.constantFrom('preset', 'path', 'config', 'text', 'tokens', 'package', 'constructor', 'model_type', 'n_embd'),
    fc.jsonValue(),
  ),
);

async function expectNoFault(body: unknown, headers: Record<string, string>, query: string) {
  const answer = await api.ask('POST', `jobs${query}`, { body, headers });
  if (answer.status === 201) return void jobSchema.parse(answer.body);
  if (answer.status === 200) return void dryRunSchema.parse(answer.body);
  const problem = problemSchema.parse(answer.body);
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  expect(answer.status, answer.text).toBeLessThan(500);
  expect(errorCodes).toContain(problem.code);
  expect(api.faults).toEqual([]);
}

const query = fc.constantFrom('', '?dryRun=true', '?fileName=%2e%2e%2f%00', '?fileName=a.yaml');

describe('POST /jobs with hostile input', () => {
  it('whose fields were replaced answers 2xx or 4xx', { timeout: 120_000 }, async () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...places), hostile), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(changes, query, async (all, suffix) => {
        // One after the other, so that a later place may be gone.
        const spec = all.reduce<unknown>((value, [place, by]) => {
          const there = place.slice(0, -1).every((_, index) => {
            const inner = place
              .slice(0, index + 1)
              .reduce<unknown>((current, key) => (current as Record<string, unknown> | null)?.[key], value);
            return typeof inner === 'object' && inner !== null;
          });
          return there && typeof value === 'object' && value !== null ? replaced(value, place, by) : value;
        }, base);
        await expectNoFault(JSON.stringify(spec), {}, suffix);
      }),
      { numRuns: 400 },
    );
  });

  it('that is a broken text answers 4xx', { timeout: 120_000 }, async () => {
    const whole = JSON.stringify(base);
    const text = fc.oneof(
      fc
        .tuple(fc.nat(whole.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 5 }))
        .map(([at, cut, put]) => whole.slice(0, at) + put + whole.slice(at + cut)),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
    );
    const type = fc.constantFrom(
      'application/json',
      'application/yaml',
      'text/yaml; charset=utf-8',
      'application/json; charset=latin1',
      'x/y',
      'multipart/form-data',
    );
    await fc.assert(
      fc.asyncProperty(text, type, query, (body, contentType, suffix) => expectNoFault(body, { 'content-type': contentType }, suffix)),
      { numRuns: 400 },
    );
  });
});
