import { formatBytes } from '@massif/contracts';
import type { MemoryParts } from './memory/memory.ts';
import type { Plan } from './types.ts';

const names: Record<keyof Plan['parts'], string> = {
  compute: 'computing',
  tpComm: 'tensor-parallel communication',
  ppComm: 'pipeline communication',
  dpComm: 'summing gradients between ranks',
  cpComm: 'context-parallel communication',
  epComm: 'expert-parallel communication',
  bubble: 'waiting in the pipeline',
  optimizer: 'the optimizer',
  offload: 'moving offloaded state',
  other: 'the fixed costs of a step',
};

/** Says where the time and the memory of a plan go, largest first. */
export function explainPlan(
  plan: Omit<Plan, 'explanation'>,
  { accumulationSteps, limitBytes, onHost }: { accumulationSteps: number; limitBytes: number; onHost: boolean },
): string[] {
  const { layout, parts, stepTimeMs } = plan;
  const byTime = (Object.entries(parts) as [keyof typeof parts, number][])
    .filter(([, time]) => time > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([part, time]) => `${names[part]} ${percent(time / stepTimeMs)}`);
  return [
    `${count(plan.devices, 'rank')}${onHost ? ` of ${count(plan.threadsPerDevice, 'thread')}` : ''}, each with ${count(accumulationSteps, 'micro-batch')} of ${count(layout.microBatch, 'sample')} a step`,
    `A step takes ${stepTimeMs.toPrecision(3)} ms: ${byTime.join(', ')}`,
    `Each device holds ${formatBytes(plan.memoryGiB * 2 ** 30)} of ${formatBytes(limitBytes)}: ${sentenceOfMemory(plan.memoryParts)}`,
    ...(plan.source === 'default'
      ? ['The devices have not been measured yet: times come from a default profile and may be off by several times']
      : []),
  ];
}

/** Memory by part, largest first. */
export function sentenceOfMemory(parts: MemoryParts): string {
  return (Object.entries(parts) as [keyof MemoryParts, number][])
    .toSorted(([, a], [, b]) => b - a)
    .map(([part, bytes]) => `${part} ${formatBytes(bytes)}`)
    .join(', ');
}

/** Why a plan is not the one for its devices: another micro-batch is faster, or as fast. */
export function compareMicroBatches({ layout, stepTimeMs }: Pick<Plan, 'layout' | 'stepTimeMs'>, slowerMs: number): string {
  const who = `A micro-batch of ${layout.microBatch} takes`;
  // As many digits as tell the two apart; times are not known better than to one in ten thousand.
  const digits = [3, 4].find((count) => stepTimeMs.toPrecision(count) !== slowerMs.toPrecision(count));
  if (digits === undefined) return `${who} as long, ${stepTimeMs.toPrecision(3)} ms a step`;
  return `${who} ${stepTimeMs.toPrecision(digits)} ms a step, this one ${slowerMs.toPrecision(digits)} ms`;
}

const bytesPerMiB = 2 ** 20;

/**
 * What to change about a job of which even the smallest layout does not fit. `limitBytes` is what it may use of a device's
 * `deviceBytes`. More devices are no way: each holds a replica of the whole model.
 */
export function howToFit({
  parts,
  limitBytes,
  deviceBytes,
  microBatch,
}: {
  parts: MemoryParts;
  limitBytes: number;
  deviceBytes: number;
  microBatch: number;
}): string {
  const bytes = Object.values(parts).reduce((sum: number, part: number) => sum + part, 0);
  const replicaBytes = parts.parameters + parts.gradients + parts.optimizer;
  const smaller =
    replicaBytes > limitBytes
      ? `use a smaller model: parameters, gradients and optimizer alone take ${formatBytes(replicaBytes)} on each device, however many there are`
      : `use ${microBatch > 1 ? 'a smaller layout.microBatch, ' : ''}a shorter training.sequence or a smaller model`;
  // Where the machine has no more either, the cap is not what is in the way.
  if (limitBytes === deviceBytes || bytes > deviceBytes) return smaller;
  return `raise resources.memoryPerDevice to ${Math.ceil(bytes / bytesPerMiB)}MiB or more, or ${smaller}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function count(n: number, noun: string): string {
  const plural = noun.endsWith('ch') ? `${noun}es` : `${noun}s`;
  return `${n} ${n === 1 ? noun : plural}`;
}
