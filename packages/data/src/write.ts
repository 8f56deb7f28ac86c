/** Makes the files of a data set: tokens and, for text, the tokenizer. Much of it runs in a thread of its own (`thread.ts`). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTokenizer, type Tokenizer, type TokenizerJson, trainTokenizer, wordCounter } from '@massif/nn';
import type { OnProgress } from './progress.ts';
import { type ShardMeta, writeShard } from './shard.ts';
import { splitPoint, type TextFile, textPieces, totalBytes } from './text.ts';

/** Part of every name: raise it when the same input would give other tokens. */
export const FORMAT = 2;

/** `meta.json` of a data set. */
export interface Meta {
  format: number;
  kind: 'text' | 'rows';
  train: ShardMeta;
  validation: ShardMeta | null;
  trainBytes: number;
  validationBytes: number;
}

/** What is to be written into a directory; plain data, which crosses threads. */
export type WriteTask =
  | { kind: 'rows'; aside: string; rows: readonly Int32Array[]; vocabSize: number }
  | {
      kind: 'text';
      aside: string;
      files: readonly TextFile[];
      vocabSize: number;
      /** Null: one is trained on the text without its held-out end. */
      tokenizer: TokenizerJson | null;
      evaluateFraction: number;
    };

export function writeData(task: WriteTask, onProgress: OnProgress): Promise<Meta> {
  return task.kind === 'rows' ? writeRows(task) : writeText(task, onProgress);
}

async function writeRows({ aside, rows, vocabSize }: Extract<WriteTask, { kind: 'rows' }>): Promise<Meta> {
  async function* ids() {
    for (const row of rows) yield Array.from(row);
  }
  const train = await writeShard(join(aside, 'train.bin'), { file: 'train.bin', vocabSize, ids: ids() });
  return { format: FORMAT, kind: 'rows', train, validation: null, trainBytes: 0, validationBytes: 0 };
}

async function writeText(task: Extract<WriteTask, { kind: 'text' }>, onProgress: OnProgress): Promise<Meta> {
  const { aside, files, vocabSize } = task;
  const total = totalBytes(files);
  const split = await splitPoint(files, task.evaluateFraction);
  const tokenizer = createTokenizer(task.tokenizer ?? (await train(files, { end: split, vocabSize, onProgress })));
  await writeFile(join(aside, 'tokenizer.json'), JSON.stringify(tokenizer.json));
  const shard = (file: string, begin: number, end: number) => {
    const ids = encodePieces(files, {
      tokenizer,
      begin,
      end,
      onBytes: (bytes) => onProgress({ phase: 'encode', doneBytes: begin + bytes, totalBytes: total }),
    });
    return writeShard(join(aside, file), { file, vocabSize: tokenizer.vocabSize, ids });
  };
  return {
    format: FORMAT,
    kind: 'text',
    train: await shard('train.bin', 0, split),
    validation: split === total ? null : await shard('validation.bin', split, total),
    trainBytes: split,
    validationBytes: total - split,
  };
}

async function train(
  files: readonly TextFile[],
  { end, vocabSize, onProgress }: { end: number; vocabSize: number; onProgress: OnProgress },
): Promise<TokenizerJson> {
  const counter = wordCounter();
  let doneBytes = 0;
  for await (const { text, bytes } of textPieces(files, { begin: 0, end })) {
    counter.add(text);
    onProgress({ phase: 'count', doneBytes: (doneBytes += bytes), totalBytes: end });
  }
  onProgress({ phase: 'merge', doneBytes: 0, totalBytes: 0 });
  return trainTokenizer({ words: counter.counts, vocabSize });
}

/** The ids of a part of the text; between two files stands the end-of-text token where the tokenizer has one. */
async function* encodePieces(
  files: readonly TextFile[],
  options: { tokenizer: Tokenizer; begin: number; end: number; onBytes: (done: number) => void },
): AsyncGenerator<number[]> {
  const { tokenizer, begin, end, onBytes } = options;
  let pendingEnd = false;
  let done = 0;
  for await (const { text, bytes, endOfFile } of textPieces(files, { begin, end, whole: !tokenizer.splittable })) {
    if (pendingEnd && tokenizer.endOfText !== null) yield [tokenizer.endOfText];
    pendingEnd = endOfFile;
    yield tokenizer.encode(text, { addSpecialTokens: false });
    onBytes((done += bytes));
  }
}
