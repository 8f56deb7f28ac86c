import type { Dtype } from './graph/dtype.ts';
import type { Program } from './program.ts';

/** What a device asks of the programs that are compiled for it. */
export interface DeviceLimits {
  /** Buffers that one generated kernel may touch. */
  buffersPerKernel: number;
  dtypes: readonly Dtype[];
}

/** A block of device memory; each device has its own kind. */
export interface DeviceBuffer {
  readonly bytes: number;
}

/** A region of a buffer. */
export interface Binding {
  buffer: DeviceBuffer;
  offsetBytes: number;
}

/** A program that a device has compiled. */
export interface Executable {
  readonly program: Program;
}

export interface Submission {
  executable: Executable;
  /** A region for every port, but for outputs that donate an input: they are left in the input's. */
  bindings: Readonly<Record<string, Binding>>;
  /** At least `program.arenaBytes`; may be left out when that is 0. What it holds before and after has no meaning. */
  arena?: Binding;
}

export interface Fence {
  /** Settles when everything of the submission has run. */
  readonly done: Promise<void>;
}

/** The port that every device implements. Submissions run in the order of the calls; reads and writes wait for those before them. */
export interface Device {
  readonly name: string;
  readonly limits: DeviceLimits;
  /** Zero-filled, 64-byte aligned. Throws a typed error beyond the device's memory. */
  allocate(bytes: number): DeviceBuffer;
  release(buffer: DeviceBuffer): void;
  write(buffer: DeviceBuffer, offsetBytes: number, data: ArrayBufferView): Promise<void>;
  read(buffer: DeviceBuffer, offsetBytes: number, into: ArrayBufferView): Promise<void>;
  /** Renders and compiles what is not cached yet. */
  load(program: Program): Promise<Executable>;
  submit(list: readonly Submission[]): Fence;
  /** Where the buffer lies in this process's memory, when it does: collectives may then reduce in place. */
  hostAddress?(buffer: DeviceBuffer): bigint;
  memory(): { allocatedBytes: number; peakBytes: number };
  close(): Promise<void>;
}
