import { planMemory, type Lifetime } from '../memory/plan.ts';
import { TensorError } from '../errors.ts';
import { byteCount } from '../graph/dtype.ts';
import type { Fn } from '../graph/fn.ts';
import { topological } from '../graph/node.ts';
import type { DeviceLimits } from '../device.ts';
import type { BufferRef, Kernel, Launch, LoopNest, Port, Program } from '../program.ts';
import { collapseLoops, fullStrides } from './collapse.ts';
import { hashText } from './hash.ts';
import { mergeNests } from './merge.ts';
import type { Nest } from './nest.ts';
import { orderUnits } from './order.ts';
import { splitReductions } from './reduction.ts';
import { createStorages, type Storage } from './storage.ts';
import { buildUnits, type BufferPlace, type Unit } from './units.ts';

export interface CompileOptions {
  limits: DeviceLimits;
}

/**
 * Schedules a Fn and plans its memory: the flat list of launches that a device runs. Fns that it calls are compiled once,
 * however often they are called. The result is kept with the Fn, by limits.
 */
export function compileProgram(fn: Fn, { limits }: CompileOptions): Program {
  const key = `program ${JSON.stringify(limits)}`;
  const known = fn.memo.get(key) as Program | undefined;
  if (known) return known;
  for (const { dtype, op } of topological(fn.outputs.map(({ node }) => node))) {
    if (!limits.dtypes.includes(dtype))
      throw new TensorError('not_supported', `${fn.name}: ${op} of ${dtype} does not run on this device`, { dtype });
  }
  const program = link(fn, schedule(fn, limits));
  fn.memo.set(key, program);
  return program;
}

function schedule(fn: Fn, limits: DeviceLimits): Unit[] {
  const compile = (callee: Fn) => compileProgram(callee, { limits });
  const donating = fn.outputs.filter(({ donates }) => donates !== undefined).map(({ name }) => name);
  // Outputs may have to be computed apart when others still need what they would overwrite.
  for (const copiedDonations of [new Set<string>(), new Set(donating)]) {
    const storages = createStorages();
    const units = mergeNests(buildUnits(fn, { storages, compile, buffersPerKernel: limits.buffersPerKernel, copiedDonations }), limits);
    const ordered = orderUnits(splitReductions(units, { storages, limits }));
    if (ordered) return ordered;
  }
  throw new Error(`${fn.name}: no order of its steps keeps every value until its last use`);
}

/** Gives everything its place, and replaces calls by the launches of what they call. */
function link(fn: Fn, units: readonly Unit[]): Program {
  const { offsetOf, arenaBytes } = layOut(units);
  const kernels: Kernel[] = [];
  const indices = new Map<string, number>();
  const kernelIndex = (kernel: Kernel): number => {
    const key = kernel.kind === 'routine' ? kernel.routine : kernel.name;
    const known = indices.get(key);
    if (known !== undefined) return known;
    indices.set(key, kernels.length);
    return kernels.push(kernel) - 1;
  };
  const refOf = ({ place: { storage }, offsetBytes }: BufferPlace): BufferRef =>
    storage.port === undefined ? { arena: offsetOf(storage) + offsetBytes } : { port: storage.port, offsetBytes };

  const launches = units.flatMap((unit): Launch[] => {
    switch (unit.kind) {
      case 'nest': {
        const buffers = unit.nest.places.map((place) => refOf({ place, offsetBytes: 0 }));
        return [{ kernel: kernelIndex(generated(unit.nest)), buffers, ints: [], floats: [] }];
      }
      case 'routine': {
        const { routine, ints, floats } = unit;
        return [
          {
            kernel: kernelIndex({ kind: 'routine', routine }),
            buffers: unit.buffers.map((buffer) => buffer && refOf(buffer)),
            ints,
            floats,
          },
        ];
      }
      case 'call': {
        const renumbered = unit.program.kernels.map(kernelIndex);
        const arena = offsetOf(unit.arena);
        const rebase = (ref: BufferRef | null): BufferRef | null => {
          if (!ref) return null;
          if ('arena' in ref) return { arena: arena + ref.arena };
          const { place, offsetBytes } = unit.bindings.get(ref.port)!;
          return refOf({ place, offsetBytes: offsetBytes + ref.offsetBytes });
        };
        return unit.program.launches.map(({ kernel, buffers, ints, floats }) => ({
          kernel: renumbered[kernel]!,
          buffers: buffers.map(rebase),
          ints,
          floats,
        }));
      }
      default:
        return unit satisfies never;
    }
  });
  const inputs = fn.inputs.map(({ name, node: { dtype, shape } }): Port => ({ name, dtype, shape }));
  const outputs = fn.outputs.map(({ name, node: { dtype, shape }, donates }): Port => ({
    name,
    dtype,
    shape,
    ...(donates === undefined ? {} : { donates }),
  }));
  const portBytes = [...inputs, ...outputs.filter(({ donates }) => donates === undefined)].reduce((sum, port) => sum + byteCount(port), 0);
  return { name: fn.name, inputs, outputs, arenaBytes, predictedPeakBytes: arenaBytes + portBytes, kernels, launches };
}

function layOut(units: readonly Unit[]) {
  const lifetimes = new Map<Storage, Lifetime>();
  for (const [step, { reads, writes }] of units.entries()) {
    for (const { storage } of [...reads, ...writes]) {
      if (storage.port !== undefined) continue;
      const known = lifetimes.get(storage);
      if (known) known.last = step;
      else lifetimes.set(storage, { bytes: storage.bytes, first: step, last: step });
    }
  }
  const { offsets, arenaBytes } = planMemory([...lifetimes.values()]);
  const byStorage = new Map([...lifetimes.keys()].map((storage, i) => [storage, offsets[i]!]));
  return { arenaBytes, offsetOf: (storage: Storage) => byStorage.get(storage)! };
}

function generated(nest: Nest): Kernel {
  const { buffers, loops, reduction, accumulators, values, stores } = fullStrides(collapseLoops(nest));
  const body: LoopNest = { buffers, loops, reduction, accumulators, values, stores };
  return { kind: 'generated', name: `massif_k_${hashText(JSON.stringify(body, exactNumbers))}`, nest: body };
}

/** JSON has neither infinities nor NaN nor -0. */
const exactNumbers = (_: string, value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `${Object.is(value, -0) ? '-0' : value}` : value;
