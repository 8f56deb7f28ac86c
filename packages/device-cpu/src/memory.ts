import koffi from 'koffi';
import { CpuDeviceError } from './errors.ts';
import type { Routines } from './routines.ts';

/** A block of host memory that programs read and write. */
export interface CpuBuffer {
  readonly bytes: number;
  /** Below 2^53, as all user-space addresses are. */
  readonly address: number;
  readonly released: boolean;
}

export interface Memory {
  allocate(bytes: number): CpuBuffer;
  /** The buffer is gone at once; its memory when the function that this returns is called. */
  release(buffer: CpuBuffer): () => void;
  owns(buffer: object): buffer is CpuBuffer;
  /** A window on a buffer; valid until the buffer is released. */
  view(buffer: CpuBuffer, offsetBytes: number, bytes: number): Uint8Array;
  stats(): { allocatedBytes: number; peakBytes: number };
  releaseAll(): void;
}

/**
 * Blocks are zero-filled and 64-byte aligned, and counted by the bytes that were asked for.
 * @throws CpuDeviceError `device_out_of_memory` beyond `capBytes`, or when the system has no more.
 */
export function createMemory(routines: Routines, capBytes = Number.POSITIVE_INFINITY): Memory {
  const blocks = new Set<object>();
  let allocatedBytes = 0;
  let peakBytes = 0;

  const release = (buffer: CpuBuffer) => {
    if (!blocks.delete(buffer)) return () => {};
    Object.assign(buffer, { released: true });
    allocatedBytes -= buffer.bytes;
    return () => routines.release(BigInt(buffer.address), buffer.bytes);
  };
  return {
    allocate(bytes) {
      if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`cannot allocate ${bytes} bytes`);
      const context = { requestedBytes: bytes, allocatedBytes, capBytes };
      if (allocatedBytes + bytes > capBytes) {
        throw new CpuDeviceError('device_out_of_memory', `${bytes} bytes do not fit: ${allocatedBytes} of ${capBytes} are in use`, context);
      }
      const address = routines.allocate(bytes);
      if (address === null) throw new CpuDeviceError('device_out_of_memory', `The system has no memory left for ${bytes} bytes`, context);
      const block = { bytes, address: Number(address), released: false };
      blocks.add(block);
      allocatedBytes += bytes;
      peakBytes = Math.max(peakBytes, allocatedBytes);
      return block;
    },
    release,
    owns: (buffer): buffer is CpuBuffer => blocks.has(buffer),
    view(buffer, offsetBytes, bytes) {
      if (!blocks.has(buffer)) throw new CpuDeviceError('invalid_binding', 'The buffer is released, or of another device');
      if (offsetBytes < 0 || offsetBytes + bytes > buffer.bytes) {
        throw new RangeError(`bytes ${offsetBytes} to ${offsetBytes + bytes} are outside a buffer of ${buffer.bytes}`);
      }
      if (bytes === 0) return new Uint8Array(0);
      return new Uint8Array(koffi.view(BigInt(buffer.address + offsetBytes), bytes));
    },
    stats: () => ({ allocatedBytes, peakBytes }),
    releaseAll() {
      for (const buffer of blocks) release(buffer as CpuBuffer)();
    },
  };
}
