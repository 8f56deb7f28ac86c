import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelConfig, parseModelConfig } from '../config/parse.ts';
import { isJsonObject, show } from '../config/fields.ts';
import { invalid, ModelError, notSupported } from '../errors.ts';
import { GPT2_PREFIX, gpt2Ignored } from '../models/gpt2/parameters.ts';
import { elementCount, modelParameters, type ParameterSpec } from '../models/parameters.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { notFound, readJson } from './read-json.ts';
import { openSafetensors, openSharded, type TensorSource } from './safetensors-reader.ts';

export interface LoadedParameter extends ParameterSpec {
  /** The tensor's name in the model's own files; gradients are reported under it. */
  fileName: string;
}

/** A model directory whose weights are read one by one. */
export interface LoadedModel {
  config: ModelConfig;
  parameters: readonly LoadedParameter[];
  /** Reads elements [start, start + into.length) of a parameter, by its Hugging Face name, as fp32. */
  read(name: string, into: Float32Array, start?: number): Promise<void>;
  close(): Promise<void>;
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Opens a Hugging Face directory: config.json with model.safetensors or its shards. Every parameter must be there with its shape and nothing else may be (mask
 * buffers of older files apart): ModelError names the tensor.
 */
export async function loadModel(directory: string): Promise<LoadedModel> {
  const config = await loadModelConfig(directory);
  const source = await openWeights(directory);
  try {
    const { parameters, tiedCopy } = match(config, source);
    if (tiedCopy !== null) await checkTiedCopy(source, tiedCopy);
    const fileNames = new Map(parameters.map(({ name, fileName }) => [name, fileName]));
    return {
      config,
      parameters,
      async read(name, into, start) {
        const fileName = fileNames.get(name);
        if (fileName === undefined) throw new Error(`the model has no parameter ${name}`);
        await source.read(fileName, into, start);
      },
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Only config.json, without weights. */
export async function loadModelConfig(directory: string): Promise<ModelConfig> {
  const found = await stat(directory).catch((cause: unknown) => {
    throw notFound(directory, cause);
  });
  if (!found.isDirectory()) throw notFound(directory, new Error('is not a directory'));
  return parseModelConfig(await readJson(join(directory, 'config.json')));
}

/** The tokenizer of a model directory, null when it has no tokenizer.json. */
export async function loadTokenizer(directory: string): Promise<Tokenizer | null> {
  const json = await readOptional(join(directory, 'tokenizer.json'));
  if (json === undefined) return null;
  const config = await readOptional(join(directory, 'tokenizer_config.json'));
  return createTokenizer(json, { config: isJsonObject(config) ? config : null });
}

async function readOptional(path: string): Promise<unknown> {
  try {
    return await readJson(path);
  } catch (error) {
    if (error instanceof ModelError && error.code === 'model_not_found' && (error.cause as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined;
    throw error;
  }
}

async function openWeights(directory: string): Promise<TensorSource> {
  const names = new Set(await readdir(directory));
  if (names.has(SINGLE)) return openSafetensors(join(directory, SINGLE));
  if (names.has(INDEX)) return openSharded(directory, INDEX);
  const others = [...names].filter((name) => /\.(?:bin|pt|pth|gguf|h5|msgpack)$/.test(name));
  if (others.length > 0)
    throw notSupported(directory, `has its weights in ${others.toSorted()[0]}; only ${SINGLE} and its shards are read`);
  throw notFound(join(directory, SINGLE), new Error(`neither ${SINGLE} nor ${INDEX} is there`));
}

const HEAD = 'lm_head.weight';
const EMBEDDING = `${GPT2_PREFIX}wte.weight`;

function match(
  config: ModelConfig,
  source: TensorSource,
): { parameters: LoadedParameter[]; tiedCopy: { embedding: string; head: string } | null } {
  const unused = new Set(source.tensors.keys());
  const parameters = modelParameters(config).map((parameter) => {
    const short = parameter.name.startsWith(GPT2_PREFIX) ? parameter.name.slice(GPT2_PREFIX.length) : parameter.name;
    const fileName = [parameter.name, short].find((name) => unused.has(name));
    if (fileName === undefined) throw invalid(parameter.name, `is missing in the model's files`);
    const { shape } = source.tensors.get(fileName)!;
    if (shape.length !== parameter.shape.length || shape.some((size, i) => size !== parameter.shape[i]))
      throw invalid(fileName, `has the shape ${show(shape)}, config.json asks for ${show(parameter.shape)}`);
    unused.delete(fileName);
    return { ...parameter, fileName };
  });
  const tiedCopy =
    config.tied && unused.delete(HEAD) ? { embedding: parameters.find(({ name }) => name === EMBEDDING)!.fileName, head: HEAD } : null;
  for (const name of unused)
    if (!gpt2Ignored.test(name.startsWith(GPT2_PREFIX) ? name.slice(GPT2_PREFIX.length) : name))
      throw invalid(name, `is no tensor of a ${config.modelType} model with this config.json`);
  return { parameters, tiedCopy };
}

const COMPARED_ELEMENTS = 2 ** 18;

/** Some files hold the tied weight twice; two different values would leave open which one is meant. */
async function checkTiedCopy(source: TensorSource, names: { embedding: string; head: string }): Promise<void> {
  const shapes = [names.embedding, names.head].map((name) => source.tensors.get(name)!.shape);
  if (String(shapes[0]) !== String(shapes[1]))
    throw invalid(names.head, `has the shape ${show(shapes[1])}, the embedding it is tied to ${show(shapes[0])}`);
  const total = elementCount(shapes[0]!);
  for (let start = 0; start < total; start += COMPARED_ELEMENTS) {
    const a = new Float32Array(Math.min(COMPARED_ELEMENTS, total - start));
    const b = new Float32Array(a.length);
    await source.read(names.embedding, a, start);
    await source.read(names.head, b, start);
    if (a.some((value, i) => !Object.is(value, b[i])))
      throw invalid(names.head, `differs from ${names.embedding}, although config.json ties them`);
  }
}
