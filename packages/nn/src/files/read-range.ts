import type { FileHandle } from 'node:fs/promises';
import { invalid } from '../errors.ts';

/** Fills `into` from byte `position` of an open file; a file that ends early is an error naming it. */
export async function readRange(handle: FileHandle, into: Uint8Array, position: number, file: string): Promise<void> {
  let done = 0;
  while (done < into.byteLength) {
    const { bytesRead } = await handle.read(into, done, into.byteLength - done, position + done);
    if (bytesRead === 0) throw invalid(file, `ended at byte ${position + done}, before the data it announces`);
    done += bytesRead;
  }
}

/** Writes all of `bytes` at `position`. */
export async function writeRange(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}

export const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
