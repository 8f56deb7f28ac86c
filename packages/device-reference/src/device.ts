import { byteCount, type Binding, type Device, type Executable, type Submission } from '@massif/tensor';
import { ReferenceDeviceError } from './errors.ts';
import { allocateBuffer, readBuffer, writeBuffer, type Precision, type ReferenceBuffer } from './memory.ts';
import { runProgram } from './program.ts';

export interface ReferenceDeviceOptions {
  precision?: Precision;
  /** Allocations beyond this many bytes are refused. */
  memoryBytes?: number;
}

/** A device that interprets programs in plain TypeScript: slow, simple, and what other devices are compared with. */
export function createReferenceDevice({ precision = 'fp32', memoryBytes = Infinity }: ReferenceDeviceOptions = {}): Device {
  const buffers = new Set<unknown>();
  const executables = new WeakSet<Executable>();
  let allocatedBytes = 0;
  let peakBytes = 0;
  let closed = false;
  let tail: Promise<unknown> = Promise.resolve();

  const refuseWhenClosed = () => {
    if (closed) throw new ReferenceDeviceError('device_closed', 'The device is closed');
  };
  /** After everything that was asked for before. */
  const enqueue = <T>(action: () => T): Promise<T> => {
    const result = tail.then(action);
    tail = result.catch(() => undefined);
    return result;
  };
  const own = (buffer: unknown): ReferenceBuffer => {
    if (!buffers.has(buffer)) throw new ReferenceDeviceError('invalid_binding', 'The buffer is released, or of another device');
    return buffer as ReferenceBuffer;
  };
  const region = (buffer: unknown, offsetBytes: number, { byteLength }: ArrayBufferView): ReferenceBuffer => {
    const { bytes } = own(buffer);
    if (!(offsetBytes >= 0 && offsetBytes + byteLength <= bytes))
      throw new RangeError(`bytes ${offsetBytes} to ${offsetBytes + byteLength} are outside a buffer of ${bytes}`);
    return own(buffer);
  };
  const checkSubmission = ({ executable, bindings, arena }: Submission) => {
    const { program } = executable;
    const refuse = (problem: string) => new ReferenceDeviceError('invalid_binding', `${program.name}: ${problem}`);
    if (!executables.has(executable)) throw refuse('the program was loaded on another device');
    const check = (what: string, binding: Binding | undefined, bytes: number) => {
      if (!binding) throw refuse(`${what} is not bound`);
      const { buffer, offsetBytes } = binding;
      if (!(offsetBytes >= 0 && offsetBytes + bytes <= own(buffer).bytes))
        throw refuse(`${what} needs ${bytes} bytes at ${offsetBytes}, its buffer has ${buffer.bytes}`);
    };
    for (const port of [...program.inputs, ...program.outputs.filter(({ donates }) => donates === undefined)])
      check(`port "${port.name}"`, bindings[port.name], byteCount(port));
    if (program.arenaBytes > 0) check('the arena', arena, program.arenaBytes);
  };
  const submit = async (list: readonly Submission[]): Promise<void> => {
    refuseWhenClosed();
    list.forEach(checkSubmission);
    await enqueue(() => list.forEach((submission) => runProgram(submission, precision)));
  };

  return {
    name: `reference-${precision}`,
    limits: { buffersPerKernel: 32, dtypes: ['fp32', 'int32', 'bool'] },
    allocate(bytes) {
      refuseWhenClosed();
      if (allocatedBytes + bytes > memoryBytes) {
        const context = { bytes, allocatedBytes, memoryBytes };
        throw new ReferenceDeviceError(
          'device_out_of_memory',
          `${bytes} bytes do not fit: ${allocatedBytes} of ${memoryBytes} are in use`,
          context,
        );
      }
      const buffer = allocateBuffer(bytes, precision);
      buffers.add(buffer);
      allocatedBytes += bytes;
      peakBytes = Math.max(peakBytes, allocatedBytes);
      return buffer;
    },
    release(buffer) {
      allocatedBytes -= own(buffer).bytes;
      buffers.delete(buffer);
    },
    async write(buffer, offsetBytes, data) {
      refuseWhenClosed();
      const into = region(buffer, offsetBytes, precision === 'fp64' && data instanceof Float64Array ? halfOf(data) : data);
      await enqueue(() => writeBuffer(into, offsetBytes, { data, precision }));
    },
    async read(buffer, offsetBytes, into) {
      refuseWhenClosed();
      const from = region(buffer, offsetBytes, precision === 'fp64' && into instanceof Float64Array ? halfOf(into) : into);
      await enqueue(() => readBuffer(from, offsetBytes, { into, precision }));
    },
    async load(program) {
      await tail;
      refuseWhenClosed();
      const executable = { program };
      executables.add(executable);
      return executable;
    },
    submit(list) {
      const done = submit(list);
      done.catch(() => undefined); // whoever waits for the fence hears of it
      return { done };
    },
    memory: () => ({ allocatedBytes, peakBytes }),
    async close() {
      closed = true;
      await tail;
      buffers.clear();
      allocatedBytes = 0;
    },
  };
}

/** An f64 stands for the four bytes of an element. */
const halfOf = (data: Float64Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength / 2);
