import { dtypeBytes, type Dtype, type DeviceBuffer, type Elements } from '@massif/tensor';
import { ReferenceDeviceError } from './errors.ts';

/** fp32: as on any device. fp64: every element of every dtype is an f64, four bytes of a buffer being one. */
export type Precision = 'fp32' | 'fp64';

export interface ReferenceBuffer extends DeviceBuffer {
  readonly memory: ArrayBuffer;
}

/** Bytes of one element of every dtype built so far. */
const elementBytes = 4;

export function allocateBuffer(bytes: number, precision: Precision): ReferenceBuffer {
  const elements = Math.ceil(bytes / elementBytes);
  return { bytes, memory: new ArrayBuffer(elements * (precision === 'fp64' ? 8 : 4)) };
}

/** The elements of a buffer from an offset on. */
export function elementsAt(buffer: ReferenceBuffer, offsetBytes: number, options: { dtype: Dtype; precision: Precision }): Elements {
  const { dtype, precision } = options;
  if (dtypeBytes[dtype] !== elementBytes || offsetBytes % elementBytes !== 0)
    throw new ReferenceDeviceError('invalid_binding', `${dtype} at byte ${offsetBytes} is not supported`);
  if (precision === 'fp64') return new Float64Array(buffer.memory, (offsetBytes / elementBytes) * 8);
  return dtype === 'fp32' ? new Float32Array(buffer.memory, offsetBytes) : new Int32Array(buffer.memory, offsetBytes);
}

/** Copies host data in; with f64 elements the data's own type says what it holds. */
export function writeBuffer(buffer: ReferenceBuffer, offsetBytes: number, options: { data: ArrayBufferView; precision: Precision }): void {
  const { data, precision } = options;
  if (precision === 'fp32') {
    new Uint8Array(buffer.memory, offsetBytes, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return;
  }
  const values = numbersOf(data);
  new Float64Array(buffer.memory, (offsetBytes / elementBytes) * 8, values.length).set(values);
}

/** Copies out; a Float64Array gets f64 elements as they are. */
export function readBuffer(buffer: ReferenceBuffer, offsetBytes: number, options: { into: ArrayBufferView; precision: Precision }): void {
  const { into, precision } = options;
  if (precision === 'fp32') {
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(new Uint8Array(buffer.memory, offsetBytes, into.byteLength));
    return;
  }
  const values = numbersOf(into);
  values.set(new Float64Array(buffer.memory, (offsetBytes / elementBytes) * 8, values.length));
}

function numbersOf(data: ArrayBufferView): Float32Array | Float64Array | Int32Array {
  if (data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array) return data;
  throw new ReferenceDeviceError('invalid_binding', 'with f64 elements, data is a Float32Array, Float64Array or Int32Array');
}
