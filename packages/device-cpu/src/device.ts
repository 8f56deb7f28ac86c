import {
  byteCount,
  type BufferRef,
  type Device,
  type DeviceBuffer,
  type Executable,
  type GeneratedKernel,
  type Program,
  type Submission,
} from '@massif/tensor';
import { CpuDeviceError } from './errors.ts';
import { createSegmentCache, type BoundSegment, type Place, type PlaceNeed, type SegmentCache } from './executable.ts';
import { createKernels, type Kernels } from './kernels.ts';
import { createMemory, type CpuBuffer } from './memory.ts';
import { createOrder } from './order.ts';
import { createPool } from './pool.ts';
import { loadRoutines, type NativeOptions, type Routines } from './routines.ts';
import { buildTemplate } from './segment.ts';

export interface CpuDeviceOptions extends NativeOptions {
  /** Threads that every kernel is spread over; results do not depend on it. */
  threads: number;
  /** Allocations beyond this many bytes are refused. */
  memoryBytes?: number;
}

/** A device whose buffers lie in this process's memory. */
export interface CpuDevice extends Device {
  hostAddress(buffer: DeviceBuffer): bigint;
}

interface CpuExecutable extends Executable {
  readonly segments: SegmentCache;
  /** The port or the arena that each place stands for. */
  readonly needs: readonly (PlaceNeed & { port?: string })[];
}

/**
 * The cores of this machine as one device. Programs run on threads of their own, and the event loop stays free.
 * @throws NativeError `compiler_missing`, `compile_failed`; CpuDeviceError `device_out_of_memory`
 */
export async function createCpuDevice({ threads, memoryBytes, ...native }: CpuDeviceOptions): Promise<CpuDevice> {
  if (!Number.isSafeInteger(threads) || threads < 1) throw new RangeError(`${threads} threads`);
  const routines = await loadRoutines(native);
  const kernels = createKernels(native);
  const pool = createPool(routines, threads);
  const memory = createMemory(routines, memoryBytes);
  const order = createOrder();
  const executables = new Set<CpuExecutable>();
  let closed = false;

  const refuseWhenClosed = () => {
    if (closed) throw new CpuDeviceError('device_closed', 'The device is closed');
  };
  const own = (buffer: DeviceBuffer): CpuBuffer => {
    if (!memory.owns(buffer)) throw new CpuDeviceError('invalid_binding', 'The buffer is released, or of another device');
    return buffer;
  };
  const placesOf = ({ executable, bindings, arena }: Submission): Place[] => {
    if (!executables.has(executable as CpuExecutable))
      throw new CpuDeviceError('invalid_binding', 'The program was loaded on another device');
    return (executable as CpuExecutable).needs.map(({ name, port }) => {
      const binding = port === undefined ? arena : bindings[port];
      if (!binding) throw new CpuDeviceError('invalid_binding', `${executable.program.name}: ${name} is not bound`, { port });
      return { buffer: own(binding.buffer), offsetBytes: binding.offsetBytes };
    });
  };
  const acquire = (list: readonly Submission[]) => {
    const bound: { segments: SegmentCache; entry: BoundSegment }[] = [];
    const release = () => {
      for (const { segments, entry } of bound) segments.release(entry);
    };
    try {
      for (const submission of list) {
        const places = placesOf(submission);
        const { segments } = submission.executable as CpuExecutable;
        bound.push({ segments, entry: segments.acquire(places) });
      }
    } catch (error) {
      release();
      throw error;
    }
    return { launches: bound.map(({ entry }) => entry.segment), release };
  };
  const submit = async (list: readonly Submission[]): Promise<void> => {
    refuseWhenClosed();
    const { launches, release } = acquire(list);
    await order.run(() => pool.run(launches)).finally(release);
  };

  return {
    name: 'cpu',
    limits: { buffersPerKernel: 32, dtypes: ['fp32', 'int32', 'bool'] },
    allocate(bytes) {
      refuseWhenClosed();
      return memory.allocate(bytes);
    },
    release(buffer) {
      const free = memory.release(own(buffer));
      order.afterwards(free);
    },
    async write(buffer, offsetBytes, data) {
      refuseWhenClosed();
      const region = memory.view(own(buffer), offsetBytes, data.byteLength);
      await order.copy(() => region.set(bytesOf(data)));
    },
    async read(buffer, offsetBytes, into) {
      refuseWhenClosed();
      const region = memory.view(own(buffer), offsetBytes, into.byteLength);
      await order.copy(() => bytesOf(into).set(region));
    },
    async load(program) {
      refuseWhenClosed();
      await kernels.load(program.kernels.filter((kernel): kernel is GeneratedKernel => kernel.kind === 'generated'));
      refuseWhenClosed();
      const executable = link(program, routines, kernels);
      executables.add(executable);
      return executable;
    },
    submit(list) {
      const done = submit(list);
      done.catch(() => undefined); // whoever waits for the fence hears of it
      return { done };
    },
    hostAddress: (buffer) => BigInt(own(buffer).address),
    memory: () => memory.stats(),
    async close() {
      if (closed) return;
      closed = true;
      await order.settled();
      await pool.close();
      for (const { segments } of executables) segments.free();
      memory.releaseAll();
    },
  };
}

/** The program's launches, with ports and the arena as places to be bound. */
function link(program: Program, routines: Routines, kernels: Kernels): CpuExecutable {
  const { inputs, outputs, arenaBytes, launches } = program;
  const ports = [...inputs, ...outputs.filter(({ donates }) => donates === undefined)];
  const needs = ports.map((port) => ({ name: `port "${port.name}"`, port: port.name, bytes: byteCount(port) }));
  const places = new Map(needs.map(({ port }, place) => [port, place]));
  for (const { name, donates } of outputs) if (donates !== undefined) places.set(name, places.get(donates)!);
  const addresses = program.kernels.map((kernel) =>
    kernel.kind === 'routine' ? routines.address(`massif_${kernel.routine}`) : kernels.address(kernel.name),
  );
  const bind = (ref: BufferRef) =>
    'arena' in ref ? { place: needs.length, offsetBytes: ref.arena } : { place: places.get(ref.port)!, offsetBytes: ref.offsetBytes };
  const template = buildTemplate(
    routines,
    launches.map(({ kernel, buffers, ints, floats }) => ({
      kernel: addresses[kernel]!,
      buffers: buffers.map((ref) => ref && bind(ref)),
      ints,
      floats,
    })),
  );
  const all: CpuExecutable['needs'] = arenaBytes > 0 ? [...needs, { name: 'the arena', bytes: arenaBytes }] : needs;
  return { program, needs: all, segments: createSegmentCache(routines, template, all) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
