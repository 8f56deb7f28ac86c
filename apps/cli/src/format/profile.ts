import type { DeviceProfile } from '@massif/planner';
import { table } from './table.ts';

/** What was measured of a device, the best of each kind, for people. */
export function describeProfile({ peak, gemm, stream, allReduce, stepOverheadMs, cores }: DeviceProfile): string {
  const threadCounts = [...new Set(peak.map(({ threads }) => threads))];
  const ofEach = <Point extends { threads: number }>(points: readonly Point[], better: (a: Point, b: Point) => Point): Point[] =>
    threadCounts.flatMap((threads) => {
      const same = points.filter((point) => point.threads === threads);
      return same.length === 0 ? [] : [same.reduce(better)];
    });
  const products = ofEach(gemm, (a, b) => (b.gflops > a.gflops ? b : a));
  // What fits into a cache is not the memory.
  const streams = ofEach(stream, (a, b) => (b.bytes > a.bytes ? b : a));
  return table(
    ['measured', 'on', 'result'],
    [
      ...peak.map(({ threads, gflops }) => ['peak of multiply-adds', count(threads, 'thread'), `${digits(gflops)} GFLOP/s`]),
      ...products.map(({ threads, gflops, m, n, k }) => [
        `best matrix product, ${m} x ${n} x ${k}`,
        count(threads, 'thread'),
        `${digits(gflops)} GFLOP/s`,
      ]),
      ...streams.map(({ threads, gigabytesPerSecond }) => [
        'memory bandwidth',
        count(threads, 'thread'),
        `${digits(gigabytesPerSecond)} GB/s`,
      ]),
      ...allReduce.map(({ ranks, gigabytesPerSecond, latencyMs }) => [
        'sum between ranks',
        count(ranks, 'rank'),
        `${digits(gigabytesPerSecond)} GB/s, at least ${digits(latencyMs)} ms`,
      ]),
      ['step without computing', count(cores, 'thread'), `${digits(stepOverheadMs)} ms`],
    ],
  );
}

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const count = (value: number, noun: string) => `${value} ${noun}${value === 1 ? '' : 's'}`;
