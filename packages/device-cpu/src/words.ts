import koffi from 'koffi';
import { CpuDeviceError } from './errors.ts';
import type { Routines } from './routines.ts';

/** Native memory of 64-bit words, written from JavaScript without a BigInt per word. */
export interface Words {
  readonly address: bigint;
  readonly length: number;
  /** Pairs of 32-bit halves, low half first. */
  readonly halves: Int32Array;
  readonly doubles: Float64Array;
  free(): void;
}

/** @throws CpuDeviceError `device_out_of_memory` */
export function allocateWords(routines: Routines, length: number): Words {
  const bytes = Math.max(1, length) * 8;
  const address = routines.allocate(bytes);
  if (address === null) throw new CpuDeviceError('device_out_of_memory', `No memory for a launch list of ${bytes} bytes`, { bytes });
  const view = koffi.view(address, bytes);
  return { address, length, halves: new Int32Array(view), doubles: new Float64Array(view), free: () => routines.release(address, bytes) };
}

/** Writes an integer of at most 2^53 in magnitude, such as an address, as an int64. */
export function writeInt({ halves }: Words, index: number, value: number): void {
  halves[2 * index] = value; // modulo 2^32
  halves[2 * index + 1] = Math.floor(value / 2 ** 32);
}
