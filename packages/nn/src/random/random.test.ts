import { expect, test } from 'vitest';
import { philox4x32 } from './philox.ts';
import { fillNormal, stepKey } from './stream.ts';

// kat_vectors of the Random123 distribution, philox4x32 with 10 rounds.
test.each([
  { counter: [0, 0, 0, 0], key: [0, 0], expected: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    expected: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    expected: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
])('philox4x32 gives the published answer for key $key', ({ counter, key, expected }) => {
  const words = new Uint32Array(counter);
  philox4x32(words, key[0]!, key[1]!);
  expect([...words]).toEqual(expected);
});

test('a slice of a stream equals the same slice of the whole', () => {
  const whole = new Float32Array(101);
  fillNormal(whole, { seed: 7, name: 'transformer.wte.weight', standardDeviation: 0.02 });
  const part = new Float32Array(17);
  fillNormal(part, { seed: 7, name: 'transformer.wte.weight', standardDeviation: 0.02, start: 33 });
  expect([...part]).toEqual([...whole.subarray(33, 50)]);
});

test('normal numbers have the asked mean and deviation, and differ between seeds and names', () => {
  const draw = (seed: number, name: string) => {
    const out = new Float32Array(200_000);
    fillNormal(out, { seed, name, standardDeviation: 2 });
    return out;
  };
  const a = draw(1, 'a');
  const mean = a.reduce((sum, x) => sum + x, 0) / a.length;
  const variance = a.reduce((sum, x) => sum + (x - mean) ** 2, 0) / a.length;
  const fourth = a.reduce((sum, x) => sum + (x - mean) ** 4, 0) / a.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(variance).toBeCloseTo(4, 1);
  expect(fourth / variance ** 2).toBeCloseTo(3, 1);
  for (const other of [draw(2, 'a'), draw(1, 'b'), draw(1 + 2 ** 32, 'a')]) {
    const correlation = a.reduce((sum, x, i) => sum + x * other[i]!, 0) / a.length / 4;
    expect(Math.abs(correlation)).toBeLessThan(0.01);
  }
});

test('step keys differ by step, seed and name', () => {
  const keys = [
    stepKey({ seed: 1, step: 0, name: 'dropout' }),
    stepKey({ seed: 1, step: 1, name: 'dropout' }),
    stepKey({ seed: 2, step: 0, name: 'dropout' }),
    stepKey({ seed: 1, step: 0, name: 'other' }),
  ];
  expect(new Set(keys.map(String)).size).toBe(4);
});
