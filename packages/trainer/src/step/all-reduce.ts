import { hostBuffer, type Transport } from '@massif/distributed';
import type { Device, DeviceBuffer } from '@massif/tensor';

/**
 * Sums the first `count` fp32 values of a buffer over all ranks, in rank order, so that every rank has the same bits: in place where the device's
 * memory is this process's, else through a host copy.
 */
export function gradientSum(options: { device: Device; transport: Transport; buffer: DeviceBuffer; count: number }): () => Promise<void> {
  const { device, transport, buffer, count } = options;
  if (transport.size === 1) return async () => {};
  const address = device.hostAddress?.(buffer);
  if (address !== undefined) return () => transport.allReduceSum(address, count);
  const host = hostBuffer(count);
  return async () => {
    await device.read(buffer, 0, host.values);
    await transport.allReduceSum(host.address, count);
    await device.write(buffer, 0, host.values);
  };
}

/** Sums a few numbers over all ranks, in fp32 and in rank order. */
export async function sumNumbers(transport: Transport, numbers: readonly number[]): Promise<number[]> {
  if (transport.size === 1) return [...numbers];
  const host = hostBuffer(numbers.length);
  host.values.set(numbers);
  await transport.allReduceSum(host.address, numbers.length);
  return [...host.values];
}
