/** What the catalogue and job specs name, as files of this machine: the part of this package that needs Node. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, type StandaloneModel } from '@massif/contracts';
import { findDataPackage } from './data-packages.ts';
import { modelConfig } from './models.ts';

/** A `config.json` is a few kilobytes. */
const configBytesMax = 4 * 2 ** 20;

/**
 * The Hugging Face configuration of a job spec's model, from the catalogue, the spec, or the `config.json` of a directory.
 * @param directoryOf where a path of the spec lies; by default it is taken as it is
 * @throws AppError `model_not_found`, `model_invalid`, naming the field; `not_supported` for what this version does not train
 */
export async function readModelConfig(
  model: StandaloneModel,
  directoryOf: (path: string) => string = (path) => path,
): Promise<Record<string, unknown>> {
  if ('preset' in model) return modelConfig(model.preset);
  if ('config' in model) return model.config;
  const file = join(directoryOf(model.path), 'config.json');
  const fail = (code: 'model_not_found' | 'model_invalid', message: string, cause?: unknown) =>
    new AppError(code, `model.path: config.json in ${model.path} ${message}`, { cause, context: { path: 'model.path' } });
  let text: string;
  try {
    const found = await stat(file);
    // To open a pipe waits, perhaps for ever, for somebody to write into it.
    if (!found.isFile()) throw fail('model_not_found', 'is not a file');
    const { size } = found;
    if (size > configBytesMax) throw fail('model_invalid', `has ${size} bytes`);
    // Some writers put a byte order mark in front.
    text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw cause instanceof AppError ? cause : fail('model_not_found', `cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Record<string, unknown>;
  } catch (cause) {
    throw fail('model_invalid', 'is not well-formed JSON', cause);
  }
  throw fail('model_invalid', 'is not an object');
}

/**
 * Files of a data package, which is looked for in every `node_modules` above this file.
 * @throws AppError `data_not_found` for a package that the catalogue does not know or that is not installed
 */
export function packageFiles(name: string, field = 'data.package'): string[] {
  const { files } = findDataPackage(name);
  for (let directory = dirname(fileURLToPath(import.meta.url)); ; directory = dirname(directory)) {
    const root = join(directory, 'node_modules', name);
    if (existsSync(root)) return files.map((file) => join(root, file));
    if (directory === dirname(directory))
      throw new AppError('data_not_found', `${field}: the data package ${name} is not installed`, { context: { path: field } });
  }
}
