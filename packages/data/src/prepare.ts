/**
 * From a job's data to token shards on disk, once: the directory is named by the hash of everything that decides its content, appears whole (written aside, then
 * renamed) and may be made by several processes at a time, of which one wins.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTokenizer, type Tokenizer, VOCABULARY_MIN } from '@massif/nn';
import { dataInvalid } from './errors.ts';
import type { OnProgress } from './progress.ts';
import { readTokenRows } from './rows.ts';
import { openShard, type TokenShard, tokenBytesFor } from './shard.ts';
import type { DataSource } from './sources.ts';
import { openText, type TextFile, totalBytes } from './text.ts';
import { writeBeside } from './thread.ts';
import { FORMAT, type Meta } from './write.ts';

export interface PrepareOptions {
  source: DataSource;
  /** Where prepared data is kept, one directory per data set. */
  directory: string;
  /** The model's vocabulary: no id may reach it. A tokenizer trained here has up to that many tokens. */
  vocabSize: number;
  /** The model's own tokenizer, or null to train one on the text (without its held-out end). Not used for token rows. */
  tokenizer: Tokenizer | null;
  /** The last part of a text, by bytes, that is held out for evaluation; 0 for none. Nothing is held out of token rows. */
  evaluateFraction: number;
  /** Tokens a sample predicts; token rows must have one id more. */
  sequence: number;
}

export interface PreparedData {
  /** What `openPrepared` takes: hand it to the ranks. */
  readonly directory: string;
  /** text: samples are windows in seeded order; rows: samples are the rows in file order. */
  readonly kind: 'text' | 'rows';
  readonly tokenizer: Tokenizer | null;
  readonly train: TokenShard;
  readonly validation: TokenShard | null;
  /** Bytes of text in each part; 0 for token rows. */
  readonly trainBytes: number;
  readonly validationBytes: number;
  close(): void;
}

const HASH_CHUNK_BYTES = 2 ** 20;
const PARTIAL = '.partial-';
const PARTIAL_AGE_MS_MAX = 24 * 3600 * 1000;

/**
 * Tokenises a job's data, or finds it done. The event loop stays free, however long it takes.
 * @throws AppError naming the field for data that cannot be read or used
 */
export async function prepareData(
  options: PrepareOptions,
  { onProgress = () => {} }: { onProgress?: OnProgress } = {},
): Promise<PreparedData> {
  const { source, tokenizer, vocabSize, evaluateFraction, sequence } = options;
  if (source.kind === 'tokens') {
    const rows = await readTokenRows(source, { sequence, vocabSize });
    const key = { kind: 'rows', files: [await hashFile(source.path)], sequence, wide: tokenBytesFor(vocabSize) };
    return build(options, key, (aside) =>
      writeBeside({ kind: 'rows', aside, rows, vocabSize }, { bytes: rows.length * sequence * 4, onProgress }),
    );
  }
  const files = await openText(source.files);
  checkVocabulary(options);
  const key = {
    kind: 'text',
    files: await hashFiles(files, onProgress),
    tokenizer: tokenizer === null ? { vocabSize } : hashText(JSON.stringify(tokenizer.json)),
    evaluateFraction,
  };
  return build(options, key, (aside) =>
    writeBeside(
      { kind: 'text', aside, files, vocabSize, tokenizer: tokenizer?.json ?? null, evaluateFraction },
      { bytes: totalBytes(files), onProgress },
    ),
  );
}

/** Opens what `prepareData` made. */
export async function openPrepared(directory: string): Promise<PreparedData> {
  const meta = JSON.parse(await readFile(join(directory, 'meta.json'), 'utf8')) as Meta;
  const tokenizer = meta.kind === 'text' ? createTokenizer(JSON.parse(await readFile(join(directory, 'tokenizer.json'), 'utf8'))) : null;
  const train = openShard(join(directory, meta.train.file), meta.train);
  let validation: TokenShard | null;
  try {
    validation = meta.validation === null ? null : openShard(join(directory, meta.validation.file), meta.validation);
  } catch (error) {
    train.close();
    throw error;
  }
  return {
    directory,
    kind: meta.kind,
    tokenizer,
    train,
    validation,
    trainBytes: meta.trainBytes,
    validationBytes: meta.validationBytes,
    close() {
      train.close();
      validation?.close();
    },
  };
}

function checkVocabulary({ tokenizer, vocabSize }: PrepareOptions): void {
  if (tokenizer === null && vocabSize < VOCABULARY_MIN)
    throw dataInvalid(
      'model.config.vocab_size',
      `is ${vocabSize}; a tokenizer trained on the data has at least ${VOCABULARY_MIN} tokens (every byte and the end of text)`,
    );
  if (tokenizer !== null && tokenizer.vocabSize > vocabSize)
    throw dataInvalid('model.config.vocab_size', `is ${vocabSize}, fewer than the ${tokenizer.vocabSize} tokens of the model's tokenizer`);
}

async function build(options: PrepareOptions, key: unknown, write: (aside: string) => Promise<Meta>): Promise<PreparedData> {
  const directory = join(options.directory, hashText(JSON.stringify({ format: FORMAT, key })).slice(0, 32));
  try {
    return await openPrepared(directory);
  } catch {
    // Not there, or damaged: made anew.
  }
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await removeOldPartials(options.directory);
  const aside = `${directory}${PARTIAL}${randomBytes(6).toString('hex')}`;
  await mkdir(aside, { mode: 0o700 });
  try {
    const meta = await write(aside);
    await writeFile(join(aside, 'meta.json'), JSON.stringify(meta));
    await publish(aside, directory);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return openPrepared(directory);
}

/** A directory that is there already was made by another process from the same input and is as good, unless it is damaged. */
async function publish(aside: string, directory: string): Promise<void> {
  try {
    await rename(aside, directory);
    return;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
  try {
    (await openPrepared(directory)).close();
  } catch {
    await rename(directory, `${aside}.damaged`);
    await rename(aside, directory);
    await rm(`${aside}.damaged`, { recursive: true, force: true });
  }
}

/** What a killed process left behind. */
async function removeOldPartials(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.includes(PARTIAL)) continue;
    const found = await stat(join(root, name)).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > PARTIAL_AGE_MS_MAX) await rm(join(root, name), { recursive: true, force: true });
  }
}

const hashText = (text: string) => createHash('sha256').update(text).digest('hex');

async function hashFiles(files: readonly TextFile[], onProgress: OnProgress): Promise<string[]> {
  const total = totalBytes(files);
  let doneBytes = 0;
  const hashes: string[] = [];
  for (const { path } of files)
    hashes.push(await hashFile(path, (bytes) => onProgress({ phase: 'hash', doneBytes: (doneBytes += bytes), totalBytes: total })));
  return hashes;
}

async function hashFile(path: string, onBytes: (bytes: number) => void = () => {}): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: HASH_CHUNK_BYTES })) {
    hash.update(chunk as Uint8Array);
    onBytes((chunk as Uint8Array).byteLength);
  }
  return hash.digest('hex');
}
