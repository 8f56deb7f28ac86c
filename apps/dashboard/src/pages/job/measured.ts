import type { MetricPoint, Plan } from '@massif/contracts';

export type Measure = 'stepTimeMs' | 'tokensPerSecond' | 'mfu' | 'memoryBytes';

/** A number of the plan and what came of it. */
export interface Comparison {
  measure: Measure;
  planned: number | null;
  measured: number | null;
}

/** Of how many of the last steps at most the median is taken: long enough to be calm, short enough to follow. */
const recentSteps = 50;

/**
 * Measured beside planned. The measured step is the median of the last ones, without the first of an attempt, which warms up. Useful
 * operations of a step are the same however long it takes, so what was planned of the peak scales with the time.
 * @param points in order of steps
 */
export function compare(plan: Plan | null, points: readonly MetricPoint[], tokensPerStep: number | null): Comparison[] {
  const stepTimeMs = median(recentStepTimes(points));
  const memoryBytes = points.reduce<number | null>(
    (most, { deviceBytes }) => (deviceBytes === null ? most : Math.max(most ?? 0, deviceBytes)),
    null,
  );
  const perSecond = (timeMs: number | null) => (timeMs && tokensPerStep ? (tokensPerStep * 1000) / timeMs : null);
  return [
    { measure: 'stepTimeMs', planned: plan?.stepTimeMs ?? null, measured: stepTimeMs },
    { measure: 'tokensPerSecond', planned: plan?.tokensPerSecond ?? null, measured: perSecond(stepTimeMs) },
    { measure: 'mfu', planned: plan?.mfu ?? null, measured: plan && stepTimeMs ? (plan.mfu * plan.stepTimeMs) / stepTimeMs : null },
    { measure: 'memoryBytes', planned: plan ? plan.memoryGiB * 2 ** 30 : null, measured: memoryBytes },
  ];
}

/** Times of the steps that are measured by, the latest first. */
export function recentStepTimes(points: readonly MetricPoint[]): number[] {
  const attempt = points.at(-1)?.attempt;
  const first = points.find((point) => point.attempt === attempt);
  const times: number[] = [];
  for (let index = points.length - 1; index >= 0 && times.length < recentSteps; index--) {
    const { stepTimeMs, ...point } = points[index]!;
    if (point.attempt !== attempt) break;
    if (stepTimeMs !== null && (points[index] !== first || times.length === 0)) times.push(stepTimeMs);
  }
  return times;
}

/** @returns null of none */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
