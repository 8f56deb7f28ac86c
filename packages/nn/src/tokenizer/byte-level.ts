/**
 * GPT-2's byte-level alphabet and its way of cutting text into words (Radford et al. 2019, encoder.py). Every byte has a printable character, so a vocabulary of
 * strings can hold any bytes: printable Latin-1 stands for itself, the other 68 bytes for the code points from 256 on.
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** byte -> its character */
export const byteCharacters: readonly string[] = makeByteCharacters();

/** character -> its byte */
export const characterBytes: ReadonlyMap<string, number> = new Map(byteCharacters.map((character, byte) => [character, byte]));

function makeByteCharacters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

/**
 * GPT-2's word pattern. White_Space instead of JavaScript's \s, which counts U+FEFF and leaves out U+0085: the tokenizers library follows Unicode.
 */
const wordPattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The words of a text; joined they give the text again. */
export function splitWords(text: string): string[] {
  return text.match(wordPattern) ?? [];
}

/** A word to keep: V8 makes slices of 13 characters and more without copying, and such a slice keeps all of its text in memory. */
export function ownWord(word: string): string {
  return word.length < 13 ? word : word.split('').join('');
}

const whiteSpace = /^\p{White_Space}$/u;

/**
 * The last position in (after, text.length) where a text may be cut so that the words of both parts are the words of the whole: between a character that is not
 * white space and one that is. -1 when there is none.
 */
export function lastSafeCut(text: string, after = 0): number {
  for (let i = text.length - 1; i > after; i--) if (whiteSpace.test(text[i]!) && !whiteSpace.test(text[i - 1]!)) return i;
  return -1;
}
