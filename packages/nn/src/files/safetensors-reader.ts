import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, show } from '../config/fields.ts';
import { invalid, notSupported } from '../errors.ts';
import { floatDtypes, toFloat32 } from '../safetensors/convert.ts';
import { elementBytes, parseHeader, parseHeaderLength, PREFIX_BYTES, type TensorEntry } from '../safetensors/header.ts';
import { checkIsFile, notFound, readJson } from './read-json.ts';
import { bytesOf, readRange } from './read-range.ts';

/** Tensors of one or several safetensors files, read one by one: memory holds the headers and what the caller asked for. */
export interface TensorSource {
  tensors: ReadonlyMap<string, TensorEntry>;
  /**
   * Reads elements [start, start + into.length) of a float tensor (fp32, fp16, bf16, fp64), in row-major order, as fp32. Throws `not_supported` for another
   * dtype.
   */
  read(name: string, into: Float32Array, start?: number): Promise<void>;
  close(): Promise<void>;
}

interface OpenFile {
  path: string;
  handle: FileHandle;
  tensors: ReadonlyMap<string, TensorEntry>;
}

const CHUNK_BYTES = 4 * 2 ** 20;

/** Opens one `.safetensors` file. Throws ModelError: `model_not_found` when it cannot be opened, `model_invalid` naming the file or tensor. */
export async function openSafetensors(path: string): Promise<TensorSource> {
  return tensorSource([await openFile(path)]);
}

/**
 * Opens the shards that `model.safetensors.index.json` in `directory` names. The index and the shards must agree: a listed tensor that its shard lacks and a
 * tensor in two shards are errors naming it.
 */
export async function openSharded(directory: string, indexFile: string): Promise<TensorSource> {
  const index = await readJson(join(directory, indexFile));
  const weightMap = isJsonObject(index) ? index['weight_map'] : undefined;
  if (!isJsonObject(weightMap)) throw invalid(indexFile, 'must be an object with weight_map');
  for (const [name, file] of Object.entries(weightMap))
    // A shard is a file beside its index, never a path out of the directory.
    if (typeof file !== 'string' || file === '' || file.startsWith('.') || /[/\\\0]/.test(file))
      throw invalid(indexFile, `weight_map names no file for ${name}: ${show(file)}`);
  const shards = [...new Set(Object.values(weightMap) as string[])].toSorted();
  const files: OpenFile[] = [];
  try {
    for (const shard of shards) files.push(await openFile(join(directory, shard)));
    for (const [name, file] of Object.entries(weightMap))
      if (!files[shards.indexOf(file as string)]!.tensors.has(name))
        throw invalid(name, `is listed in ${indexFile} under ${show(file)}, which has no such tensor`);
    return tensorSource(files);
  } catch (error) {
    await Promise.all(files.map((file) => file.handle.close()));
    throw error;
  }
}

async function openFile(path: string): Promise<OpenFile> {
  await checkIsFile(path);
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw notFound(path, cause);
  });
  try {
    const stat = await handle.stat();
    const prefix = new Uint8Array(Math.min(PREFIX_BYTES, stat.size));
    await readRange(handle, prefix, 0, path);
    const json = new Uint8Array(parseHeaderLength(prefix, { fileBytes: stat.size, file: path }));
    await readRange(handle, json, PREFIX_BYTES, path);
    return { path, handle, tensors: parseHeader(json, { fileBytes: stat.size, file: path }).tensors };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function tensorSource(files: readonly OpenFile[]): TensorSource {
  const tensors = new Map<string, TensorEntry>();
  const owner = new Map<string, OpenFile>();
  for (const file of files)
    for (const [name, entry] of file.tensors) {
      if (tensors.has(name)) throw invalid(name, `is both in ${owner.get(name)!.path} and in ${file.path}`);
      tensors.set(name, entry);
      owner.set(name, file);
    }
  return {
    tensors,
    async read(name, into, start = 0) {
      const entry = tensors.get(name);
      const file = owner.get(name);
      if (entry === undefined || file === undefined) throw invalid(name, 'no such tensor');
      if (!floatDtypes.includes(entry.dtype))
        throw notSupported(name, `weights of dtype ${entry.dtype} are not built; supported: ${floatDtypes.join(', ')}`);
      const width = elementBytes[entry.dtype];
      const elements = (entry.end - entry.begin) / width;
      if (start < 0 || start + into.length > elements)
        throw new RangeError(`reading ${name}: elements ${start} to ${start + into.length} of ${elements}`);
      await readAsFloat32(
        file,
        { dtype: entry.dtype, begin: entry.begin + start * width, end: entry.begin + (start + into.length) * width },
        into,
      );
    },
    async close() {
      await Promise.all(files.map((file) => file.handle.close()));
    },
  };
}

async function readAsFloat32(file: OpenFile, entry: Pick<TensorEntry, 'dtype' | 'begin' | 'end'>, into: Float32Array): Promise<void> {
  if (entry.dtype === 'F32') return readRange(file.handle, bytesOf(into), entry.begin, file.path);
  const width = elementBytes[entry.dtype];
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, entry.end - entry.begin));
  for (let position = entry.begin; position < entry.end; position += chunk.byteLength) {
    const part = chunk.subarray(0, Math.min(chunk.byteLength, entry.end - position));
    await readRange(file.handle, part, position, file.path);
    const first = (position - entry.begin) / width;
    toFloat32(part, entry.dtype, into.subarray(first, first + part.byteLength / width));
  }
}
