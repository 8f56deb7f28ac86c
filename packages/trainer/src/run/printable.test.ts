import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it.each([
  ['what people write', ' Ahoy!\n\tThe whale, 50\u00a0ft; \u{1f40b} and \u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645 ', undefined],
  ['control characters, and what a terminal would obey', 'a\u0000b\u001b[2Jc\u007f\u009bd\re', 'ab[2Jcde'],
  ['bytes that are no text', '\ufffd\ufffdx\ufffd y', 'x y'],
  ['marks that turn text around, and code points of nothing', 'a\u202eb\u2066c\ue000d\u{e0001}', 'abcd'],
] as const)('keeps what can be read: %s', (_, text, kept) => {
  expect(printable(text)).toBe(kept ?? text.trim());
});

it.each(['', ' \n', '\ufffd\ufffd\u0000\u0007', '\u200c\u0301'])('is nothing where nothing can be read: %j', (text) => {
  expect(printable(text)).toBeUndefined();
});
