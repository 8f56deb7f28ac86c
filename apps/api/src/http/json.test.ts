import { AppError } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

function refusal(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof AppError && error.code === 'malformed_body') return error.message;
    throw error;
  }
  throw new Error('it was parsed');
}

describe('malformed JSON', () => {
  it.each([
    ['{\n "a": }', 'line 2, column 7: unexpected "}"'],
    ['{', 'line 1, column 2: it ends too early'],
    ['', 'line 1, column 1: it ends too early'],
    ['{a:1}', 'line 1, column 2: unexpected "a"'],
    ['[1,2', 'line 1, column 5: it ends too early'],
    ['nul', 'line 1, column 4: it ends too early'],
    ['null x', 'line 1, column 6: unexpected "x"'],
    ['{"a":1}}', 'line 1, column 8: unexpected "}"'],
    ['{"a":1,}', 'line 1, column 8: unexpected "}"'],
    ['[1.]', 'line 1, column 4: unexpected "]"'],
    ['[-', 'line 1, column 3: it ends too early'],
    ['"a\nb"', 'line 1, column 3: unexpected "\\n"'],
    ['"\\x"', 'line 1, column 3: unexpected "x"'],
    ['"\\u12', 'line 1, column 6: it ends too early'],
    ['{"a"\n:\n1,\n"b" 2}', 'line 4, column 5: unexpected "2"'],
    ['[💥]', 'line 1, column 2: unexpected "💥"'],
    ["{'a': 1}", 'line 1, column 2: unexpected "\'"'],
    ['kind: train', 'line 1, column 1: unexpected "k"'],
  ])('%j is refused: %s', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('is found in a large text without reading it character by character', () => {
    const text = `[${'"some text",\n'.repeat(80_000)}oops]`;
    const began = process.cpuUsage();
    expect(refusal(text)).toBe('line 80001, column 1: unexpected "o"');
    // Time of this process alone: the machine may have other work.
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });

  it('leaves what is well-formed as it is', () => {
    expect(parseJson(' {"a": [1, 2.5e3, null]} ')).toEqual({ a: [1, 2500, null] });
  });
});
