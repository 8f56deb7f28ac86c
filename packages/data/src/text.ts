/**
 * Text as pieces: files are read in chunks and cut only where no word is cut, so that a text of any size is tokenised in bounded memory with the ids of the whole.
 * Input is UTF-8, byte for byte: a byte order mark and line ends stay; invalid UTF-8 is refused with the place.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { lastSafeCut } from '@massif/nn';
import { dataInvalid, fileInvalid, fileUnreadable, nameOf, noFile, notSupported } from './errors.ts';
import type { SourceFile } from './sources.ts';

export interface TextFile extends SourceFile {
  bytes: number;
}

export interface Piece {
  text: string;
  /** Read from the file since the piece before. */
  bytes: number;
  /** The last piece of its file. */
  endOfFile: boolean;
}

const CHUNK_BYTES = 2 ** 20;
/** A longer run without white space is cut, so that memory stays bounded. */
const WORD_LENGTH_MAX = 2 ** 24;
/** The longest file that can be one piece; a string holds 2^29 characters. */
const WHOLE_BYTES_MAX = 2 ** 28;

/** Checks that each file is a readable, non-empty file and takes its size. */
export async function openText(files: readonly SourceFile[]): Promise<TextFile[]> {
  if (files.length === 0) throw dataInvalid('data.text', 'names no file');
  const found: TextFile[] = [];
  for (const file of files) {
    const handle = await openFile(file);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw fileUnreadable(file, noFile(file, stat.isDirectory()));
      if (stat.size === 0) throw fileInvalid(file, 'is empty');
      found.push({ ...file, bytes: stat.size });
    } finally {
      await handle.close();
    }
  }
  return found;
}

async function openFile(file: SourceFile): Promise<FileHandle> {
  try {
    return await open(file.path, 'r');
  } catch (cause) {
    throw fileUnreadable(file, `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, cause);
  }
}

/**
 * The pieces of bytes [begin, end) of the files one after another. `whole` gives each file's part as one piece (tokenizers whose words may span white space).
 */
export async function* textPieces(
  files: readonly TextFile[],
  range: { begin: number; end: number; whole?: boolean },
): AsyncGenerator<Piece> {
  let fileBegin = 0;
  for (const file of files) {
    const begin = Math.max(range.begin - fileBegin, 0);
    const end = Math.min(range.end - fileBegin, file.bytes);
    if (begin < end) yield* filePieces(file, { begin, end, whole: range.whole ?? false });
    fileBegin += file.bytes;
  }
}

async function* filePieces(file: TextFile, range: { begin: number; end: number; whole: boolean }): AsyncGenerator<Piece> {
  if (range.whole && range.end - range.begin > WHOLE_BYTES_MAX)
    throw notSupported(
      file.field,
      `${nameOf(file)} is longer than ${WHOLE_BYTES_MAX} bytes, which this model's tokenizer cannot take in pieces`,
    );
  const handle = await openFile(file);
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, range.end - range.begin));
    let kept = '';
    let searched = 0;
    let told = range.begin;
    for (let position = range.begin; position < range.end;) {
      const part = chunk.subarray(0, Math.min(chunk.byteLength, range.end - position));
      const { bytesRead } = await handle.read(part, 0, part.byteLength, position);
      if (bytesRead === 0) throw fileUnreadable(file, 'became shorter while it was read');
      const last = position + bytesRead >= range.end;
      kept += decode(decoder, part.subarray(0, bytesRead), { last, file, position });
      position += bytesRead;
      if (last) yield { text: kept, bytes: position - told, endOfFile: true };
      else if (!range.whole) {
        const found = lastSafeCut(kept, searched);
        const cut = found === -1 && kept.length >= WORD_LENGTH_MAX ? kept.length : found;
        if (cut > 0) {
          yield { text: kept.slice(0, cut), bytes: position - told, endOfFile: false };
          told = position;
          kept = kept.slice(cut);
        }
        searched = Math.max(kept.length - 1, 0);
      }
    }
  } finally {
    await handle.close();
  }
}

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array,
  options: { last: boolean; file: TextFile; position: number },
): string {
  try {
    return decoder.decode(bytes, { stream: !options.last });
  } catch {
    const { file, position } = options;
    throw fileInvalid(file, `is not UTF-8 near byte ${position + validPrefix(bytes)}; convert it to UTF-8 first`);
  }
}

/** How many bytes from the start are valid; a character cut off at the start by a chunk border counts as valid. */
function validPrefix(bytes: Uint8Array): number {
  let skip = 0;
  while (skip < 3 && ((bytes[skip] ?? 0) & 0xc0) === 0x80) skip++;
  const isValid = (length: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(skip, skip + length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let valid = 0;
  let invalid = bytes.byteLength - skip + 1;
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (isValid(middle)) valid = middle;
    else invalid = middle;
  }
  return skip + valid;
}

export const totalBytes = (files: readonly TextFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

const SEARCH_BYTES = 4096;

/**
 * Where the held-out end begins: the last `fraction` of all bytes, moved on to the next beginning of white space so that no word is cut, at most 4 KiB, else to the
 * next character.
 */
export async function splitPoint(files: readonly TextFile[], fraction: number): Promise<number> {
  const total = totalBytes(files);
  if (fraction <= 0) return total;
  const wanted = total - Math.floor(total * fraction);
  let fileBegin = 0;
  for (const file of files) {
    if (wanted < fileBegin + file.bytes) {
      // One byte more in front, to know whether white space begins or goes on.
      const from = Math.max(wanted - fileBegin - 1, 0);
      const bytes = await readBytes(file, from, SEARCH_BYTES);
      return fileBegin + from + nextBoundary(bytes, wanted - fileBegin - from);
    }
    fileBegin += file.bytes;
  }
  return total;
}

async function readBytes(file: TextFile, from: number, length: number): Promise<Uint8Array> {
  const handle = await openFile(file);
  try {
    const bytes = new Uint8Array(Math.min(length, file.bytes - from));
    const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

function nextBoundary(bytes: Uint8Array, from: number): number {
  if (from === 0) return 0;
  for (let i = from; i < bytes.byteLength; i++) if (isSpace(bytes[i]!) && !isSpace(bytes[i - 1]!)) return i;
  for (let i = from; i < bytes.byteLength; i++) if ((bytes[i]! & 0xc0) !== 0x80) return i;
  return bytes.byteLength;
}
