import koffi from 'koffi';

/** fp32 values of this process at an address that collectives take: for devices whose memory is elsewhere, and for a few numbers. */
export interface HostBuffer {
  readonly values: Float32Array<ArrayBuffer>;
  readonly address: bigint;
}

/** Zero-filled. The address holds as long as the object is referenced. */
export function hostBuffer(count: number): HostBuffer {
  // A buffer of its own is never moved by the garbage collector, as a small typed array may be.
  const values = new Float32Array(new ArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT));
  return { values, address: koffi.address(values) };
}
