import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, jobSpecInputSchema, jobSpecSchema, parseJobSpec, parseJobText } from '../index.ts';
import { full, isTree, refusal, spec, type Tree } from './testing.ts';

describe('hostile input', () => {
  const expectTyped = (input: unknown) => {
    try {
      const parsed = parseJobSpec(input);
      expect(parseJobSpec(parsed)).toEqual(parsed);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).code).toBe('invalid_spec');
    }
  };

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    [
      'a cycle',
      () => {
        const a: Tree = spec();
        a['model'] = a;
        return a;
      },
    ],
    [
      'aliases that expand',
      () => {
        let a: unknown = 1;
        for (let i = 0; i < 20; i++) a = [a, a, a, a];
        return spec({ model: { config: a } });
      },
    ],
    [
      'deep nesting',
      () => {
        let a: unknown = 1;
        for (let i = 0; i < 100_000; i++) a = [a];
        return { model: a };
      },
    ],
    ['an array of a billion holes', () => spec({ data: { text: Object.assign([], { length: 1e9 }) } })],
    ['a hundred thousand fields', () => Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, i]))],
    ['a long text', () => spec({ name: 'x'.repeat(1e7) })],
    [
      'a getter that throws',
      () => ({
        get kind() {
          throw new Error('no');
        },
      }),
    ],
    [
      'a proxy that throws',
      () =>
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
    ],
    ['a prototype', () => JSON.parse('{"__proto__": {"kind": "train"}, "constructor": {"prototype": {}}, "kind": "train"}') as unknown],
    ['a function', () => () => 1],
  ])('of %s gets a typed error in time', (_, make) => {
    const input = make();
    const started = process.cpuUsage();
    const error = refusal(input);
    expect(error.code).toBe('invalid_spec');
    expect(error.message.length).toBeLessThan(2000);
    // Time of this process alone: the machine may have other work.
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
    expect(({} as Tree)['kind']).toBeUndefined();
  });

  it('of any value gets a value or a typed error', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true, withNullPrototype: true, maxDepth: 4 }),
        expectTyped,
      ),
      { numRuns: 500 },
    );
  });

  it('in the place of any field gets a value or a typed error', () => {
    const paths = [...pathsOf(full), ['layout'], ['layout', 'dp'], ['model', 'config'], ['runtime', 'container', 'env']];
    const value = fc.oneof(
      fc.anything({ maxDepth: 2 }),
      fc.double(),
      fc.constantFrom(-0, Infinity, 5e-324, 2 ** 53, 1e21, '', '1', 'off', 'auto', 'null', '1e400GiB', [], {}, null),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, fc.constantFrom('train', 'finetune', 'deploy'), (path, replacement, kind) => {
        const input = structuredClone({ ...full, kind });
        let at: Tree = input;
        for (const key of path.slice(0, -1)) {
          if (!isTree(at[key])) at[key] = {};
          at = at[key] as Tree;
        }
        at[path.at(-1)!] = replacement;
        expectTyped(input);
      }),
      { numRuns: 2000 },
    );
  });
});

function pathsOf(tree: Tree, at: string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) => [[...at, key], ...(isTree(value) ? pathsOf(value, [...at, key]) : [])]);
}

describe('a random valid spec', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 50 }),
    fc
      .tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('KiB', 'MiB', 'GiB', 'TiB', 'KB', 'MB', 'GB'))
      .map(([n, unit]) => `${n}${unit}`),
  );
  const count = fc.integer({ min: 1, max: 1000 });
  const share = fc.double({ min: 0, max: 0.999, noNaN: true });
  const specs = fc
    .record({
      priority: fc.integer({ min: -100, max: 100 }),
      resources: fc.record({ devices: count, memoryPerDevice: size, hostMemory: size, spot: fc.boolean() }, { requiredKeys: [] }),
      limits: fc.record(
        { maxDuration: fc.tuple(count, fc.constantFrom('s', 'm', 'h', 'd')).map(([n, unit]) => `${n}${unit}`), maxRestarts: count },
        { requiredKeys: [] },
      ),
      training: fc.record(
        {
          seed: fc.maxSafeNat(),
          dropout: share,
          gradientClip: share,
          evaluate: fc.oneof(fc.constant('off'), fc.record({ every: count })),
          checkpoint: fc.record({ every: count }),
        },
        { requiredKeys: [] },
      ),
    })
    .map((changes) => spec(changes));

  it('reads as the same after a round trip through JSON', () => {
    fc.assert(
      fc.property(specs, (input) => {
        const parsed = parseJobSpec(input);
        expect(parseJobText(JSON.stringify(parsed))).toEqual(parsed);
        expect(JSON.stringify(parseJobSpec(parsed))).toBe(JSON.stringify(parsed));
        expect(jobSpecSchema.parse(parsed)).toEqual(parsed);
        expect(jobSpecInputSchema.safeParse(input).success).toBe(true);
      }),
    );
  });
});
