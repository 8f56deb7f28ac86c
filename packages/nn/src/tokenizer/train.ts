/**
 * Training of a byte-level BPE (Sennrich et al. 2016): merge the most frequent pair of neighbours again and again. Words are counted once; pair counts and the
 * words a pair occurs in are kept up to date, so that a merge costs only the words it touches. The order of ties (the smaller pair of ids first) is that of the
 * tokenizers library, so the result is the same vocabulary and the same merges.
 */
import { byteCharacters, ownWord, splitWords } from './byte-level.ts';
import { END_OF_TEXT, formatTokenizerJson, type TokenizerJson } from './format.ts';
import { pairHeap } from './heap.ts';

/** Two ids in one number: exact up to 2^26 tokens. */
const PAIR = 2 ** 26;

/** Training on so many distinct words takes about a gigabyte of memory. */
const DISTINCT_WORDS_MAX = 2 ** 20;

/**
 * Counts the words of a text piece by piece; pieces must be cut where `lastSafeCut` allows. When there are too many distinct ones, the rarest are forgotten, which
 * hardly make a merge: first those met once, the next time those met twice at most, and so on (as fastText does, Bojanowski et al. 2017).
 */
export function wordCounter({ distinctMax = DISTINCT_WORDS_MAX }: { distinctMax?: number } = {}) {
  const counts = new Map<string, number>();
  let rare = 0;
  return {
    counts: counts as ReadonlyMap<string, number>,
    add(text: string): void {
      for (const word of splitWords(text)) {
        const count = counts.get(word);
        if (count === undefined) counts.set(ownWord(word), 1);
        else counts.set(word, count + 1);
      }
      while (counts.size > distinctMax) {
        rare++;
        for (const [word, count] of counts) if (count <= rare) counts.delete(word);
      }
    },
  };
}

/** The smallest vocabulary: the end-of-text token and one token per byte. */
export const VOCABULARY_MIN = 257;

/**
 * Trains on counted words. The vocabulary has `vocabSize` tokens, fewer when no pair is left that occurs `minFrequency` times (default 2): `<|endoftext|>` (id 0),
 * the 256 bytes in the order of their characters, then one token per merge.
 */
export function trainTokenizer(options: { words: ReadonlyMap<string, number>; vocabSize: number; minFrequency?: number }): TokenizerJson {
  const { vocabSize, minFrequency = 2 } = options;
  if (!Number.isSafeInteger(vocabSize) || vocabSize < VOCABULARY_MIN || vocabSize >= PAIR)
    throw new Error(`vocabSize must be an integer of at least ${VOCABULARY_MIN}, got ${vocabSize}`);
  const vocabulary = [END_OF_TEXT, ...byteCharacters.toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0))];
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const byteIds = byteCharacters.map((character) => ids.get(character)!);
  const { words, counts } = encodeWords(options.words, byteIds);
  const pairs = countPairs(words, counts);
  const heap = pairHeap();
  for (const [pair, entry] of pairs) heap.push(-entry.count, pair);

  const merges: [string, string][] = [];
  while (vocabulary.length < vocabSize && heap.size > 0) {
    const count = -heap.first;
    const pair = heap.second;
    heap.pop();
    const entry = pairs.get(pair)!;
    if (count < minFrequency) break;
    if (entry.count !== count) {
      // The count fell since it was pushed: put it back where it belongs.
      if (entry.count > 0) heap.push(-entry.count, pair);
      continue;
    }
    const left = Math.floor(pair / PAIR);
    const right = pair % PAIR;
    const token = vocabulary[left]! + vocabulary[right]!;
    // Two ways may lead to one string; both are merges to the same id.
    const id = ids.get(token) ?? vocabulary.length;
    if (id === vocabulary.length) {
      ids.set(token, id);
      vocabulary.push(token);
    }
    merges.push([vocabulary[left]!, vocabulary[right]!]);
    for (const grown of mergeEverywhere({ left, right, id, where: entry.words, words, counts, pairs }))
      heap.push(-pairs.get(grown)!.count, grown);
  }
  return formatTokenizerJson({ vocabulary, merges, special: [{ id: 0, content: END_OF_TEXT }] });
}

interface PairEntry {
  count: number;
  /** Words that hold the pair, or held it once. */
  words: Set<number>;
}

function encodeWords(wordCounts: ReadonlyMap<string, number>, byteIds: readonly number[]): { words: number[][]; counts: number[] } {
  const encoder = new TextEncoder();
  const words: number[][] = [];
  const counts: number[] = [];
  for (const [word, count] of wordCounts) {
    words.push(Array.from(encoder.encode(word), (byte) => byteIds[byte]!));
    counts.push(count);
  }
  return { words, counts };
}

function countPairs(words: readonly number[][], counts: readonly number[]): Map<number, PairEntry> {
  const pairs = new Map<number, PairEntry>();
  words.forEach((word, index) => {
    for (let i = 0; i + 1 < word.length; i++) change(pairs, word[i]! * PAIR + word[i + 1]!, counts[index]!, index);
  });
  return pairs;
}

function change(pairs: Map<number, PairEntry>, pair: number, by: number, word: number): void {
  const entry = pairs.get(pair);
  if (entry === undefined) {
    pairs.set(pair, { count: by, words: new Set([word]) });
    return;
  }
  entry.count += by;
  if (by > 0) entry.words.add(word);
}

/** Replaces the pair in every word that has it and returns the pairs whose count grew. */
function mergeEverywhere(options: {
  left: number;
  right: number;
  id: number;
  where: ReadonlySet<number>;
  words: number[][];
  counts: readonly number[];
  pairs: Map<number, PairEntry>;
}): Set<number> {
  const { left, right, id, where, words, counts, pairs } = options;
  const grown = new Set<number>();
  const grow = (pair: number, by: number, word: number) => {
    change(pairs, pair, by, word);
    grown.add(pair);
  };
  for (const index of where) {
    const word = words[index]!;
    const count = counts[index]!;
    let length = 0;
    for (let i = 0; i < word.length; i++) {
      if (word[i] !== left || word[i + 1] !== right) {
        word[length++] = word[i]!;
        continue;
      }
      if (length > 0) {
        const before = word[length - 1]!;
        change(pairs, before * PAIR + left, -count, index);
        grow(before * PAIR + id, count, index);
      }
      if (i + 2 < word.length) {
        const after = word[i + 2]!;
        change(pairs, right * PAIR + after, -count, index);
        grow(id * PAIR + after, count, index);
      }
      word[length++] = id;
      i++;
    }
    word.length = length;
  }
  return grown;
}
