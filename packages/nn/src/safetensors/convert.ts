import type { StoredDtype } from './header.ts';

/** Dtypes whose values can be read as fp32. */
export const floatDtypes: readonly StoredDtype[] = ['F32', 'F16', 'BF16', 'F64'];

/** Stored little-endian numbers -> fp32. `bytes` may start anywhere; `out` has one element per stored element. F64 is rounded to nearest. */
export function toFloat32(bytes: Uint8Array, dtype: StoredDtype, out: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case 'F32':
      new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
      return;
    case 'BF16': {
      // bf16 is the upper half of fp32.
      const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
      for (let i = 0; i < out.length; i++) words[i] = view.getUint16(2 * i, true) << 16;
      return;
    }
    case 'F16':
      for (let i = 0; i < out.length; i++) out[i] = halfToNumber(view.getUint16(2 * i, true));
      return;
    case 'F64':
      for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
      return;
    default:
      throw new Error(`toFloat32: ${dtype} holds no floating-point numbers`);
  }
}

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
export function halfToNumber(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
