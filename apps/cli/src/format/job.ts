import { formatBytes, type Attempt, type Explanation, type Job, type Plan } from '@massif/contracts';
import { progressLine } from './progress.ts';
import { table } from './table.ts';
import { formatAge, formatCount } from './values.ts';

/** A job for people, one fact per line, with what happened to its earlier attempts. */
export function describeJob(job: Job, { nowMs, attempts = [] }: { nowMs: number; attempts?: readonly Attempt[] }): string {
  const { id, name, state, queue, attempt, createdAt, startedAt, endedAt, progress, result, plan, reason } = job;
  const facts: [string, string | undefined | null][] = [
    ['id', id],
    ['name', name],
    ['state', state],
    ['reason', reason && `${reason.message} (${reason.code})`],
    ['queue', queue],
    ['attempt', String(attempt)],
    ['created', formatAge(createdAt, nowMs)],
    ['started', startedAt && formatAge(startedAt, nowMs)],
    ['ended', endedAt && formatAge(endedAt, nowMs)],
    ['layout', plan && describeLayout(plan.layout)],
    ['progress', progress && progressLine({ ...job, state: 'running' }).text],
    ['speed', describeSpeed(job)],
    ...describeRestarts(attempts).map((restart): [string, string] => ['restart', restart]),
    ['checkpoint', result?.checkpoint],
    ['model', result?.model],
    ['sample', result?.sample && JSON.stringify(result.sample)],
  ];
  return facts.flatMap(([label, value]) => (value ? [`${label.padEnd(10)}  ${value}`] : [])).join('\n');
}

/** Measured beside planned, where there is both. */
export function describeSpeed({ progress, plan }: Pick<Job, 'progress' | 'plan'>): string | undefined {
  if (!progress?.tokensPerSecond || !plan) return undefined;
  const { tokensPerSecond } = progress;
  const planned = plan.tokensPerSecond;
  const share = Math.round((100 * tokensPerSecond) / planned);
  const basis = plan.source === 'default' ? ' for a default machine: this one was not measured yet' : '';
  return `${formatCount(tokensPerSecond)} tokens/s, ${formatCount(planned)} planned${basis} (${share} %)`;
}

/** Why each attempt but the last ended, and where the next went on. */
function describeRestarts(attempts: readonly Attempt[]): string[] {
  const inOrder = attempts.toSorted((a, b) => a.number - b.number);
  return inOrder.slice(1).map(({ number, resumedFromStep }, before) => {
    const { reason, state } = inOrder[before]!;
    const from = resumedFromStep === null ? 'from the beginning' : `from step ${resumedFromStep}`;
    return `attempt ${number} ${from}: ${reason?.message ?? `the one before was ${state}`}`;
  });
}

/** What is shown of a plan, the API's or the planner's own. */
type ShownPlan = Pick<Plan, 'stepTimeMs' | 'tokensPerSecond' | 'memoryGiB' | 'mfu' | 'devices' | 'explanation'> & { layout: ShownLayout };
type ShownLayout = Pick<Plan['layout'], 'dp' | 'tp' | 'pp' | 'cp' | 'ep' | 'zero' | 'microBatch'>;

export function describePlan(plan: ShownPlan): string {
  return [planTable([plan]), ...(plan.explanation ?? [])].join('\n');
}

export function planTable(plans: readonly ShownPlan[]): string {
  return table(
    ['layout', 'devices', 'step ms', 'tokens/s', 'memory', 'mfu'],
    plans.map(({ layout, devices, stepTimeMs, tokensPerSecond, memoryGiB, mfu }) => [
      describeLayout(layout),
      devices,
      stepTimeMs.toFixed(1),
      formatCount(tokensPerSecond),
      formatBytes(memoryGiB * 2 ** 30),
      mfu.toFixed(3),
    ]),
  );
}

export function describeExplanation({ state, reasons, explanation }: Explanation): string {
  // The explanation begins with the reason.
  return [...new Set([state, ...reasons.map(({ message }) => message), ...explanation])].join('\n');
}

/** What differs from one device with a micro-batch of one: `dp 2, micro-batch 4`. */
export function describeLayout({ dp, tp, pp, cp, ep, zero, microBatch }: ShownLayout): string {
  const axes = Object.entries({ dp, tp, pp, cp, ep }).filter(([, size]) => size > 1);
  return [...axes.map(([axis, size]) => `${axis} ${size}`), ...(zero > 0 ? [`zero ${zero}`] : []), `micro-batch ${microBatch}`].join(', ');
}
