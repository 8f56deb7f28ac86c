/**
 * The safetensors format (https://huggingface.co/docs/safetensors): 8 bytes little-endian header length, a JSON header, then the tensors' bytes without holes.
 * Headers come from strangers: every claim is checked against the file's size before anything is allocated. No file access here.
 */
import { isJsonObject, show } from '../config/fields.ts';
import { invalid, notSupported } from '../errors.ts';

/** Bytes per element; dtypes without a number are refused. Only the float types can be read as numbers; the others may stand in a file beside them. */
export const elementBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
} as const;

export type StoredDtype = keyof typeof elementBytes;

export interface TensorEntry {
  dtype: StoredDtype;
  shape: readonly number[];
  /** Byte range in the file. */
  begin: number;
  end: number;
}

export interface Header {
  tensors: ReadonlyMap<string, TensorEntry>;
  metadata: ReadonlyMap<string, string>;
}

/** The limit of the reference implementation. */
const HEADER_BYTES_MAX = 100_000_000;
export const PREFIX_BYTES = 8;

/** The header's length from the first 8 bytes. `file` is named in errors. */
export function parseHeaderLength(prefix: Uint8Array, options: { fileBytes: number; file: string }): number {
  const { fileBytes, file } = options;
  if (prefix.byteLength < PREFIX_BYTES || fileBytes < PREFIX_BYTES)
    throw invalid(file, `is no safetensors file: ${fileBytes} bytes are fewer than the 8 of its length prefix`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
  if (length > BigInt(HEADER_BYTES_MAX))
    throw invalid(file, `is no safetensors file: its header claims ${length} bytes, the limit is ${HEADER_BYTES_MAX}`);
  if (length > BigInt(fileBytes - PREFIX_BYTES))
    throw invalid(file, `is truncated: its header claims ${length} bytes, the file has ${fileBytes}`);
  return Number(length);
}

/** Checks the JSON header; byte ranges of the result are absolute. */
export function parseHeader(json: Uint8Array, options: { fileBytes: number; file: string }): Header {
  const { file } = options;
  const parsed = parseJson(json, file);
  if (!isJsonObject(parsed)) throw invalid(file, 'has a header that is no JSON object');
  const dataStart = PREFIX_BYTES + json.byteLength;
  const dataBytes = options.fileBytes - dataStart;
  const tensors = new Map<string, TensorEntry>();
  let metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') metadata = parseMetadata(value, file);
    else tensors.set(name, parseEntry(name, value, { dataStart, dataBytes, file }));
  }
  checkNoHoles(tensors, { dataStart, fileBytes: options.fileBytes, file });
  return { tensors, metadata };
}

function parseJson(json: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw invalid(file, 'has a header that is not JSON', { cause: String(cause) });
  }
}

function parseMetadata(value: unknown, file: string): Map<string, string> {
  if (!isJsonObject(value)) throw invalid(file, '__metadata__ must be an object of strings');
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalid(file, `__metadata__.${key} must be a string`);
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(name: string, value: unknown, options: { dataStart: number; dataBytes: number; file: string }): TensorEntry {
  const { dataStart, dataBytes, file } = options;
  if (!isJsonObject(value)) throw invalid(name, `is no tensor entry in ${file}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw invalid(name, `dtype must be a string in ${file}`);
  if (!Object.hasOwn(elementBytes, dtype)) throw notSupported(name, `dtype ${show(dtype)} in ${file} is not built`);
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw invalid(name, `shape must be a list of non-negative integers in ${file}, got ${show(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw invalid(name, `data_offsets must be two non-negative integers in ${file}, got ${show(offsets)}`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes) throw invalid(name, `bytes ${begin} to ${end} are outside the ${dataBytes} bytes of data in ${file}`);
  let bytes = elementBytes[dtype as StoredDtype] as number;
  for (const size of shape as number[]) bytes *= size;
  if (bytes !== end - begin) throw invalid(name, `${dtype} ${show(shape)} takes ${bytes} bytes, ${file} gives it ${end - begin}`);
  return { dtype: dtype as StoredDtype, shape: shape as number[], begin: dataStart + begin, end: dataStart + end };
}

const isSize = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** The format allows neither holes nor overlaps, so that a file cannot carry hidden bytes. */
function checkNoHoles(tensors: ReadonlyMap<string, TensorEntry>, options: { dataStart: number; fileBytes: number; file: string }): void {
  let position = options.dataStart;
  for (const [name, entry] of [...tensors].toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== position)
      throw invalid(name, `starts at byte ${entry.begin} of ${options.file}, expected ${position}: tensors overlap or leave a hole`);
    position = entry.end;
  }
  if (position !== options.fileBytes) throw invalid(options.file, `has ${options.fileBytes} bytes, its tensors end at ${position}`);
}

/** The bytes before the tensors' data, for tensors written in the order given. The header is padded with spaces so that data starts 8-byte aligned. */
export function formatHeader(
  tensors: readonly { name: string; dtype: StoredDtype; shape: readonly number[] }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = Object.create(null);
  header['__metadata__'] = metadata;
  let position = 0;
  for (const { name, dtype, shape } of tensors) {
    const bytes = shape.reduce((product, size) => product * size, elementBytes[dtype] as number);
    header[name] = { dtype, shape, data_offsets: [position, position + bytes] };
    position += bytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(PREFIX_BYTES + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, PREFIX_BYTES);
  return bytes;
}
