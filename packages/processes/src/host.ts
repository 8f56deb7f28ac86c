import { availableParallelism, hostname, totalmem } from 'node:os';

/** What this machine, or the container that this is, has for jobs. */
export interface Host {
  name: string;
  cores: number;
  memoryBytes: number;
  /** CPU devices that it offers; they share its memory equally. */
  slots: number;
}

/** A two-rank job must be possible on every machine, also on one with a single core. */
const slotsMin = 2;

/** This host, as jobs are planned for it and placed on it: a CPU device per core. */
export function describeHost(): Host {
  const cores = availableParallelism();
  return { name: hostname(), cores, memoryBytes: memoryOf(totalmem(), process.constrainedMemory()), slots: Math.max(slotsMin, cores) };
}

/** A container may have less than the machine: 0 when nothing constrains it, and more than there is when nothing really does. */
export function memoryOf(totalBytes: number, constrainedBytes: number): number {
  return constrainedBytes > 0 ? Math.min(constrainedBytes, totalBytes) : totalBytes;
}
