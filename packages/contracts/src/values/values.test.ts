import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createIds,
  durationSeconds,
  editDistance,
  formatBytes,
  formatSize,
  idPrefixes,
  idSchema,
  joinPath,
  nearest,
  newId,
  parseDuration,
  parseSize,
  sizeSchema,
  toPlainJson,
  type IdKind,
} from '../index.ts';

describe('a size', () => {
  it.each<[string, number]>([
    ['4GiB', 2 ** 32],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['1KB', 1000],
    ['1KiB', 1024],
    ['3MB', 3e6],
    ['2TiB', 2 ** 41],
    ['5GB', 5e9],
    ['7MiB', 7 * 2 ** 20],
    ['0KiB', 0],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([
    '',
    '4',
    'GiB',
    '4gib',
    '4 G',
    '-1GiB',
    '+1GiB',
    '1e3KB',
    '1,5GiB',
    '4GiB ',
    '0x10KB',
    '９GiB',
    '99999999TiB',
    '1'.repeat(100_000),
    '1.GiB',
    '.5GiB',
    'NaNGiB',
    '4GiB\n',
  ])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it('reads back as it was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
    expect(formatSize(2 ** 32)).toBe('4GiB');
    expect(formatSize(1000)).toBe('1000B');
  });

  it('is written for people in a fitting unit', () => {
    const bytes = [0, 1023, 1536, 1023 * 2 ** 20, 4 * 2 ** 30, 2 ** 52];
    expect(bytes.map(formatBytes)).toEqual(['0 B', '1023 B', '1.50 KiB', '1023 MiB', '4.00 GiB', '4.00 PiB']);
  });

  it('is a whole number above 0, whatever was written', () => {
    const written = fc.oneof(
      fc
        .tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom('KiB', 'GB', 'TiB'))
        .map(([n, unit]) => `${n.toFixed(3)}${unit}`),
      fc.double(),
      fc.string(),
    );
    fc.assert(
      fc.property(written, (value) => {
        const result = sizeSchema.safeParse(value);
        if (result.success) expect(result.data).toSatisfy((bytes: number) => Number.isSafeInteger(bytes) && bytes > 0);
      }),
    );
  });
});

describe('a duration', () => {
  it.each<[string, number]>([
    ['90s', 90],
    ['30m', 1800],
    ['2h', 7200],
    ['3d', 259_200],
    ['1.5h', 5400],
    ['0.5s', 0.5],
    ['3650d', 3650 * 86_400],
  ])('%s is %d seconds', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });

  it.each(['', '0s', '90', 's', '1w', '1h30m', '-1h', '1 h', '1e3s', '3651d', '9'.repeat(100_000), '2H'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(() => durationSeconds(text)).toThrow(RangeError);
  });
});

describe('an id', () => {
  it('is a prefix and a ULID that its schema accepts', () => {
    for (const kind of Object.keys(idPrefixes) as IdKind[]) expect(idSchema(kind).safeParse(newId(kind)).success).toBe(true);
    expect(newId('job')).toMatch(/^job_[0-9A-HJKMNP-TV-Z]{26}$/);
    for (const text of [
      'job_',
      'job_01j9zq6t8w3v5x7y9a1b2c3d4e',
      'att_01J9ZQ6T8W3V5X7Y9A1B2C3D4E',
      `${newId('job')}x`,
      `${newId('job')}\n`,
    ])
      expect(idSchema('job').safeParse(text).success).toBe(false);
  });

  it('grows with time, within a millisecond, and when the clock goes back', () => {
    let now = 1000;
    const next = createIds({ now: () => now, random: () => 0.5 });
    const ids = [next('job'), next('job')];
    now = 2000;
    ids.push(next('job'));
    now = 500;
    ids.push(next('job'), next('job'));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(5);
  });

  it('is the same for the same clock and random numbers', () => {
    const make = () => createIds({ now: () => 1, random: () => 0.25 })('plan');
    expect(make()).toBe(make());
  });
});

describe('a suggestion', () => {
  it('counts edits, swaps as one', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('trian', 'train')).toBe(1);
  });

  it('is symmetric and zero only for equal words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });

  it('is near, whatever the case and the dashes', () => {
    expect(nearest('trainng', ['training', 'data'])).toBe('training');
    expect(nearest('learning_rate', ['learningRate'])).toBe('learningRate');
    expect(nearest('zebra', ['training', 'data'])).toBeUndefined();
    expect(nearest('x'.repeat(1e6), ['x'])).toBeUndefined();
  });
});

describe('plain JSON', () => {
  it('keeps what is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const { value: copy, errors } = toPlainJson(value);
        if (errors.length === 0) expect(copy).toEqual(value);
        // Only names that mean something to JavaScript, and text that cannot be stored, may be refused.
        for (const { message } of errors) expect(message).toMatch(/is not allowed|NUL|surrogate/);
      }),
    );
  });

  it('holds nothing that JSON cannot, and says what it left out', () => {
    const { value, errors } = toPlainJson({ a: [undefined, NaN, 1], b: () => 1, c: new Map(), d: undefined, 'e\0': 1 });
    expect(value).toEqual({ a: [null, null, 1] });
    expect(errors.map(({ path }) => path)).toEqual(['a[1]', 'b', 'c', '']);
  });

  it('names fields that are no identifiers in brackets', () => {
    expect(joinPath('', 'training')).toBe('training');
    expect(joinPath('env', 'A B')).toBe('env["A B"]');
    expect(joinPath('env', 'x\n'.repeat(100)).length).toBeLessThan(140);
  });
});
