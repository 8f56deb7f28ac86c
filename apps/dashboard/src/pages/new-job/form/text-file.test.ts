import { describe, expect, it } from 'vitest';
import { problemOfText } from './text-file.ts';

describe('a file to learn from', () => {
  const whale = new TextEncoder().encode('鲸 '.repeat(50_000));

  it.each([
    ['text', [whale], undefined],
    ['nothing', [], 'isEmpty'],
    ['bytes that are no text', [Uint8Array.of(0x4d, 0xff, 0xfe)], 'notText'],
    ['text that ends within a character', [whale.subarray(0, 99_998)], 'notText'],
    ['text that is broken at its end', [whale, Uint8Array.of(0x80)], 'notText'],
  ] as const)('of %s', async (_, parts, problem) => {
    expect(await problemOfText(new Blob([...parts]))).toBe(problem);
  });
});
