import { hostBuffer, listenSocket } from '@massif/distributed';
import type { DeviceProfile } from '@massif/planner';
import type { WorkerEnvironment } from '../env.ts';

/** Large enough that the time per byte decides, and beyond every cache. */
const elements = 4 << 20;
const bytesPerElement = 4;
const largeRounds = 3;
const smallRounds = 50;

/** Sums over ranks of this host, on the loopback, as gangs of one host do it; all ranks of the measurement are in this process. */
export async function measureAllReduce(native: WorkerEnvironment['native'], ranks: number): Promise<DeviceProfile['allReduce'][number]> {
  const host = '127.0.0.1';
  const listeners = await Promise.all(Array.from({ length: ranks }, () => listenSocket({ host, ...native })));
  const buffers = listeners.map(() => hostBuffer(elements));
  try {
    const addresses = listeners.map(({ port }) => `${host}:${port}`);
    const transports = await Promise.all(listeners.map((listener, rank) => listener.connect({ rank, addresses, secret: 'calibration' })));
    const timeMs = async (count: number, rounds: number) => {
      const round = () => Promise.all(transports.map((transport, rank) => transport.allReduceSum(buffers[rank]!.address, count)));
      await round();
      const startedAt = performance.now();
      for (let i = 0; i < rounds; i++) await round();
      return (performance.now() - startedAt) / rounds;
    };
    const latencyMs = await timeMs(1, smallRounds);
    const largeMs = await timeMs(elements, largeRounds);
    return { ranks, latencyMs, gigabytesPerSecond: (elements * bytesPerElement) / (Math.max(largeMs - latencyMs, largeMs / 10) * 1e6) };
  } finally {
    for (const listener of listeners) listener.close();
  }
}
