/**
 * A token shard: one file of little-endian unsigned integers (2 bytes a token up to a vocabulary of 65,536, else 4) that is read by ranges, so that a rank holds
 * only its batch whatever the size of the data.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dataInvalid } from './errors.ts';

export interface ShardMeta {
  file: string;
  tokens: number;
  tokenBytes: 2 | 4;
  sha256: string;
}

export interface TokenShard {
  readonly tokens: number;
  readonly sha256: string;
  /** Tokens [start, start + into.length). */
  read(into: Int32Array, start: number): void;
  close(): void;
}

export const tokenBytesFor = (vocabSize: number): 2 | 4 => (vocabSize <= 2 ** 16 ? 2 : 4);

/** Writes the ids that come, flushes them to the disk and says what was written. */
export async function writeShard(
  path: string,
  options: { file: string; vocabSize: number; ids: AsyncIterable<readonly number[]> },
): Promise<ShardMeta> {
  const tokenBytes = tokenBytesFor(options.vocabSize);
  const hash = createHash('sha256');
  const handle = await open(path, 'wx');
  let tokens = 0;
  try {
    for await (const ids of options.ids) {
      const values = tokenBytes === 2 ? Uint16Array.from(ids) : Uint32Array.from(ids);
      const bytes = new Uint8Array(values.buffer);
      hash.update(bytes);
      await handle.writeFile(bytes);
      tokens += ids.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { file: options.file, tokens, tokenBytes, sha256: hash.digest('hex') };
}

/** Opens a written shard; a file whose size is not what was written is a typed error. */
export function openShard(path: string, meta: ShardMeta): TokenShard {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  if (size !== meta.tokens * meta.tokenBytes) {
    closeSync(descriptor);
    throw dataInvalid('data', `${path} has ${size} bytes, expected ${meta.tokens * meta.tokenBytes}`);
  }
  let scratch = new Uint8Array(0);
  return {
    tokens: meta.tokens,
    sha256: meta.sha256,
    read(into, start) {
      if (start < 0 || start + into.length > meta.tokens)
        throw new RangeError(`tokens ${start} to ${start + into.length} of ${meta.tokens}`);
      const bytes = into.length * meta.tokenBytes;
      if (scratch.byteLength < bytes) scratch = new Uint8Array(bytes);
      for (let done = 0; done < bytes;) {
        const read = readSync(descriptor, scratch, done, bytes - done, start * meta.tokenBytes + done);
        if (read === 0) throw dataInvalid('data', `${path} became shorter while it was read`);
        done += read;
      }
      into.set(meta.tokenBytes === 2 ? new Uint16Array(scratch.buffer, 0, into.length) : new Uint32Array(scratch.buffer, 0, into.length));
    },
    close: () => closeSync(descriptor),
  };
}
