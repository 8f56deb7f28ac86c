import { AppError, formatBytes } from '@massif/contracts';
import { measureMatmul } from '@massif/device-cpu';
import { describeHost } from '@massif/processes';
import { z } from 'zod';
import type { WorkerEnvironment } from '../env.ts';

const size = z.int().min(1);
const optionsSchema = z.object({ m: size, n: size, k: size, threads: size });

/** As many as `resources.threadsPerDevice` may be. */
const threadsMax = 4096;

/**
 * `massif engine matmul`: the rate of one product beside the processor's limit, both measured now.
 * @throws AppError `invalid_spec` naming the option, for more threads or larger operands than this machine can have
 */
export async function matmul(given: Record<string, unknown>, { native }: WorkerEnvironment): Promise<Record<string, unknown>> {
  const options = optionsSchema.parse(given);
  checkThreads(options.threads);
  checkOperands(options, process.availableMemory());
  try {
    const { gflops, peakGflops } = await measureMatmul({ ...options, ...native });
    return { gflops, peakGflops };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'device_out_of_memory') throw error;
    throw refused('--threads', message, 'use fewer threads, or smaller --m, --n and --k');
  }
}

function checkThreads(threads: number): void {
  if (threads <= threadsMax) return;
  const { cores } = describeHost();
  throw refused('--threads', `${threads} is more than ${threadsMax}`, `use at most ${threadsMax}; this machine runs ${cores} at a time`);
}

/** That of the usual 32-bit interface to matrix products: more in one dimension is a slip, and would take minutes. */
const sizeMax = 2 ** 31 - 1;

/** Of the free memory; a machine that begins to swap measures nothing. */
const memoryShare = 0.75;

function checkOperands({ m, n, k }: z.output<typeof optionsSchema>, freeBytes: number): void {
  // The largest is the likeliest slip.
  const [name, largest] = Object.entries({ m, n, k }).toSorted(([, a], [, b]) => b - a)[0]!;
  if (largest > sizeMax) throw refused(`--${name}`, `${largest} is more than ${sizeMax}`, `use at most ${sizeMax}`);
  const bytes = 4 * (m * k + k * n + m * n);
  const usable = memoryShare * freeBytes;
  if (bytes <= usable) return;
  throw refused(
    `--${name}`,
    `operands of ${m} x ${n} x ${k} take ${formatBytes(bytes)}, but only ${formatBytes(usable)} of memory are free for them`,
    `use a smaller --${name}; --m, --n and --k of ${2 ** Math.floor(Math.log2(Math.sqrt(usable / 12)))} would fit`,
  );
}

function refused(option: string, message: string, fix: string): AppError {
  return new AppError('invalid_spec', `${option}: ${message}; ${fix}`, { errors: [{ path: option, message, fix }] });
}
