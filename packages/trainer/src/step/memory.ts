import type { Transport } from '@massif/distributed';
import type { Binding, Device, DeviceBuffer } from '@massif/tensor';
import { normBlock } from '../optimizer/norm.ts';
import type { FlatLayout } from '../parameters/flat.ts';

export const fp32Bytes = Float32Array.BYTES_PER_ELEMENT;

/** Numbers that travel behind the gradients in their all-reduce. */
export const tailSlots = { loss: 0, tokens: 1, stop: 2 } as const;
/** What each rank says of itself, in slots of its own: its peak memory, and the norm of its parameters. */
const rankSlots = { peakBytes: 0, parameterNorm: 1 } as const;
const sharedSlots = Object.keys(tailSlots).length;
const slotsPerRank = Object.keys(rankSlots).length;
/** Place of a rank's slot in the tail. */
export const rankSlot = (rank: number, slot: keyof typeof rankSlots): number => sharedSlots + rank * slotsPerRank + rankSlots[slot];

/** The flat fp32 buffers of a replica. Blocks of the global norm are whole, so the parameters' end is padded with zeros. */
export interface ReplicaMemory {
  parameters: DeviceBuffer;
  /** `length` elements, then `tailLength` more. */
  gradients: DeviceBuffer;
  firstMoment: DeviceBuffer;
  secondMoment: DeviceBuffer;
  /** In elements, a multiple of `normBlock`. */
  length: number;
  tailLength: number;
  /** Where a parameter lies in one of the buffers. */
  at(buffer: DeviceBuffer, name: string): Binding;
}

/** Allocates the flat buffers, zero-filled. */
export function allocateReplica(device: Device, transport: Pick<Transport, 'size'>, layout: FlatLayout): ReplicaMemory {
  const length = Math.ceil(layout.length / normBlock) * normBlock;
  const tailLength = rankSlot(transport.size, 'peakBytes');
  const offsets = new Map(layout.parameters.map(({ name, offset }) => [name, offset]));
  const allocate = (elements: number) => device.allocate(elements * fp32Bytes);
  return {
    parameters: allocate(length),
    gradients: allocate(length + tailLength),
    firstMoment: allocate(length),
    secondMoment: allocate(length),
    length,
    tailLength,
    at: (buffer, name) => ({ buffer, offsetBytes: offsets.get(name)! * fp32Bytes }),
  };
}
