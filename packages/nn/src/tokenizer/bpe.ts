/**
 * Encoding and decoding with a byte-level BPE. Exact against the tokenizers library (goldens in the test) and fast through a cache of words: text has few distinct
 * ones.
 */
import { byteCharacters, characterBytes, ownWord, splitWords } from './byte-level.ts';
import { pairHeap } from './heap.ts';

const PAIR = 2 ** 26;
const CACHE_WORDS_MAX = 2 ** 17;
/** Longer words are rarely met twice. */
const CACHE_WORD_LENGTH_MAX = 64;

export interface Bpe {
  /** Appends the ids of a text without special tokens to `out`. */
  encodeInto(text: string, out: number[]): void;
  /** The bytes a token stands for, undefined for an unknown id. */
  bytesOf(id: number): Uint8Array | undefined;
}

export function createBpe(options: { vocabulary: ReadonlyMap<string, number>; merges: readonly (readonly [string, string])[] }): Bpe {
  const { vocabulary } = options;
  const byteIds = byteCharacters.map((character) => vocabulary.get(character)!);
  const merges = new Map<number, { rank: number; id: number }>();
  // Of two lines with one pair the library keeps the later rank.
  options.merges.forEach(([a, b], rank) =>
    merges.set(vocabulary.get(a)! * PAIR + vocabulary.get(b)!, { rank, id: vocabulary.get(a + b)! }),
  );
  const tokens = new Map<number, string>();
  for (const [token, id] of vocabulary) tokens.set(id, token);
  const encoder = new TextEncoder();
  const cache = new Map<string, readonly number[]>();
  return {
    encodeInto(text, out) {
      for (const word of splitWords(text)) {
        let ids = cache.get(word);
        if (ids === undefined) {
          ids = mergeWord(
            Array.from(encoder.encode(word), (byte) => byteIds[byte]!),
            merges,
          );
          if (word.length <= CACHE_WORD_LENGTH_MAX) {
            if (cache.size >= CACHE_WORDS_MAX) cache.clear();
            cache.set(ownWord(word), ids);
          }
        }
        for (const id of ids) out.push(id);
      }
    },
    bytesOf(id) {
      const token = tokens.get(id);
      return token === undefined ? undefined : tokenBytes(token);
    },
  };
}

/** A token that is not made of byte characters (an added one) stands for its own UTF-8. */
export function tokenBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = characterBytes.get(character);
    if (byte === undefined) return new TextEncoder().encode(token);
    bytes.push(byte);
  }
  return new Uint8Array(bytes);
}

/**
 * Merges the pair of lowest rank, leftmost first, until none is left. Neighbours are a linked list over the positions of the word and candidates wait in a heap, so
 * that a word of n bytes takes O(n log n).
 */
function mergeWord(symbols: number[], merges: ReadonlyMap<number, { rank: number; id: number }>): number[] {
  if (symbols.length === 1) return symbols;
  const length = symbols.length;
  const next = symbols.map((_, i) => (i + 1 < length ? i + 1 : -1));
  const previous = symbols.map((_, i) => i - 1);
  const heap = pairHeap();
  const offer = (position: number) => {
    const follower = next[position]!;
    const merge = follower === -1 ? undefined : merges.get(symbols[position]! * PAIR + symbols[follower]!);
    if (merge !== undefined) heap.push(merge.rank, position);
  };
  for (let i = 0; i < length; i++) offer(i);
  while (heap.size > 0) {
    const rank = heap.first;
    const position = heap.second;
    heap.pop();
    const follower = symbols[position] === GONE ? -1 : next[position]!;
    const merge = follower === -1 ? undefined : merges.get(symbols[position]! * PAIR + symbols[follower]!);
    // The pair at this place may have changed since it was offered.
    if (merge === undefined || merge.rank !== rank) continue;
    symbols[position] = merge.id;
    symbols[follower] = GONE;
    next[position] = next[follower]!;
    if (next[position] !== -1) previous[next[position]] = position;
    if (previous[position] !== -1) offer(previous[position]!);
    offer(position);
  }
  return symbols.filter((symbol) => symbol !== GONE);
}

const GONE = -1;
