import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { formatGpt2Config } from '../config/gpt2.ts';
import type { ModelConfig } from '../config/parse.ts';
import { invalid, ModelError } from '../errors.ts';
import { modelParameters } from '../models/parameters.ts';
import { formatTokenizerConfig } from '../tokenizer/format.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type TensorToWrite, writeSafetensors } from './safetensors-writer.ts';

/** The file that says that a directory may be replaced: Massif wrote it. */
const MARK = 'massif.json';

/** Between the target's name and 12 digits of chance: a model that is being written. With `.old`: what it replaces. */
const PARTIAL = '.partial-';
const partialSuffix = /^[0-9a-f]{12}(\.old)?$/;

/** One that is being written is written to all the time. */
const ABANDONED_AFTER_MS = 3600 * 1000;

export interface ExportOptions {
  config: ModelConfig;
  /** fp32 values of a parameter, by its Hugging Face name; asked for one by one in the order of the table. */
  values: (name: string) => Float32Array | Promise<Float32Array>;
  tokenizer?: Tokenizer | null;
  /** Kept in the mark, for instance the job's id. */
  note?: Record<string, unknown>;
}

/**
 * Writes a Hugging Face directory that transformers 4 and 5 load: config.json, model.safetensors (fp32, a tied weight once), generation_config.json and, with a
 * tokenizer, tokenizer.json and tokenizer_config.json. The directory appears whole or not at all (written aside, then renamed). It may replace an empty
 * directory or one that Massif wrote; any other is refused (`model_exists`). What an export that was killed left there an hour ago or earlier is removed.
 */
export async function exportModel(directory: string, options: ExportOptions): Promise<void> {
  const target = await checkExportTarget(directory);
  await mkdir(dirname(target), { recursive: true });
  const aside = `${target}${PARTIAL}${randomBytes(6).toString('hex')}`;
  await mkdir(aside);
  try {
    await writeFiles(aside, options);
    await replaceDirectory(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
  // The model is there, whatever cannot be tidied up.
  await removeAbandoned(target).catch(() => {});
}

/** Refuses a target that must not be replaced, so that this is known before a long run; returns the path behind symbolic links. */
export async function checkExportTarget(directory: string): Promise<string> {
  let target: string;
  let names: string[];
  try {
    target = await realpath(directory);
    names = await readdir(target);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return resolve(directory);
    throw refused(directory, code === 'ENOTDIR' ? 'it is not a directory' : `it cannot be read (${code})`, cause);
  }
  if (names.length > 0 && !(await isMarked(target))) throw refused(directory, 'it is not empty and was not written by Massif');
  return target;
}

const refused = (directory: string, reason: string, cause?: unknown) =>
  new ModelError({ code: 'model_exists', field: directory, message: `cannot write a model to ${directory}: ${reason}`, cause });

async function isMarked(directory: string): Promise<boolean> {
  try {
    return (JSON.parse(await readFile(join(directory, MARK), 'utf8')) as { writtenBy?: unknown } | null)?.writtenBy === 'massif';
  } catch {
    return false;
  }
}

async function writeFiles(directory: string, { config, values, tokenizer, note }: ExportOptions): Promise<void> {
  const tensors: TensorToWrite[] = modelParameters(config).map(({ name, shape }) => ({ name, shape, data: () => values(name) }));
  await writeSafetensors(join(directory, 'model.safetensors'), tensors);
  const { bosTokenId, eosTokenId } = config;
  const files: Record<string, unknown> = {
    'config.json': formatGpt2Config(config),
    'generation_config.json': { _from_model_config: true, bos_token_id: bosTokenId, eos_token_id: eosTokenId },
    [MARK]: { writtenBy: 'massif', ...note },
  };
  if (tokenizer !== undefined && tokenizer !== null) {
    if (tokenizer.vocabSize > config.vocabSize)
      throw invalid('vocab_size', `is ${config.vocabSize}, the tokenizer has ${tokenizer.vocabSize} tokens`);
    const endOfText = tokenizer.endOfText === null ? null : tokenizer.decode([tokenizer.endOfText]);
    files['tokenizer.json'] = tokenizer.json;
    files['tokenizer_config.json'] = tokenizer.config ?? formatTokenizerConfig({ endOfText, positions: config.positions });
  }
  for (const [name, content] of Object.entries(files)) await writeSynced(join(directory, name), `${JSON.stringify(content, null, 2)}\n`);
}

async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeAbandoned(target: string): Promise<void> {
  const prefix = basename(target) + PARTIAL;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || !partialSuffix.test(name.slice(prefix.length))) continue;
    const path = join(dirname(target), name);
    const files = [path, ...(await readdir(path)).map((file) => join(path, file))];
    const writtenMs = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
    if (Date.now() - Math.max(...writtenMs) > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

/** A rename replaces an empty directory; a full one is moved aside first. */
async function replaceDirectory(from: string, target: string): Promise<void> {
  const old = `${from}.old`;
  let moved = false;
  try {
    await rename(target, old);
    moved = true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    await rename(from, target);
  } catch (error) {
    if (moved) await rename(old, target);
    throw error;
  }
  if (moved) await rm(old, { recursive: true });
}
