import { AppError, layoutDevices, singleDeviceLayout, type Layout } from '@massif/contracts';
import { checkLayout } from './capabilities.ts';
import type { PlanInput, PlanNode } from './types.ts';

/**
 * The layouts to estimate: the given one alone, or, for `auto`, every number of data-parallel ranks in the job's range with
 * every micro-batch that divides the global batch.
 * @throws AppError `invalid_spec` when no number of ranks divides the global batch, `not_supported` for a layout beyond the capabilities.
 */
export function candidateLayouts({ spec, capabilities }: Pick<PlanInput, 'spec' | 'capabilities'>, devicesMax: number): Layout[] {
  const { globalBatch } = spec.training;
  if (spec.layout !== 'auto') {
    checkLayout(capabilities, spec.layout);
    return [spec.layout];
  }
  const [min, max] = deviceRange(spec);
  const counts = range(min, Math.min(max, devicesMax)).filter((dp) => globalBatch % dp === 0);
  if (counts.length === 0) {
    const asked = min === max ? `${min} devices` : `any number of devices from ${min} to ${Math.min(max, devicesMax)}`;
    const message = `${globalBatch} is not divisible by ${asked}`;
    const near = Math.max(1, Math.round(globalBatch / min)) * min;
    throw new AppError('invalid_spec', `training.globalBatch: ${message}`, {
      context: { path: 'training.globalBatch' },
      errors: [
        {
          path: 'training.globalBatch',
          message,
          fix: `use a multiple of ${min}, such as ${near}`,
          rule: 'batch_over_devices',
          facts: { batch: globalBatch, min, max: Math.min(max, devicesMax), near },
        },
      ],
    });
  }
  return counts.flatMap((dp) => divisors(globalBatch / dp).map((microBatch) => ({ ...singleDeviceLayout, dp, microBatch })));
}

/** Fewest and most devices that a job may run on. */
function deviceRange({ resources, layout }: PlanInput['spec']): [number, number] {
  if (layout !== 'auto') {
    const devices = layoutDevices(layout);
    return [devices, devices];
  }
  const devices = resources.devices ?? resources.minDevices ?? 1;
  return [resources.minDevices ?? devices, resources.maxDevices ?? devices];
}

/**
 * The node that a gang of this job would run on, and its devices of one type: the node with the most.
 * @throws AppError `not_enough_devices` with the number that exist
 */
export function chooseNode({ spec, cluster }: Pick<PlanInput, 'spec' | 'cluster'>): { node: PlanNode; devices: PlanNode['devices'] } {
  const { deviceType } = spec.resources;
  const [needed] = deviceRange(spec);
  const groups = cluster.nodes.flatMap((node) =>
    [
      ...Map.groupBy(
        node.devices.filter((device) => deviceType === 'any' || device.type === deviceType),
        ({ type }) => type,
      ).values(),
    ].map((devices) => ({ node, devices })),
  );
  const best = groups.reduce<(typeof groups)[number] | undefined>(
    (most, group) => (group.devices.length > (most?.devices.length ?? 0) ? group : most),
    undefined,
  );
  if (best && best.devices.length >= needed) return best;
  const exist = groups.reduce((sum, { node, devices }) => sum + devices.length * (node.count ?? 1), 0);
  const kind = deviceType === 'any' ? '' : `${deviceType} `;
  const there = exist === 0 ? `no ${kind}device exists` : `${exist} ${kind}device${exist === 1 ? ' exists' : 's exist'}`;
  const apart = best && exist >= needed ? `, at most ${best.devices.length} of them on one node` : '';
  throw new AppError('not_enough_devices', `The job needs ${needed} ${kind}device${needed === 1 ? '' : 's'}; ${there}${apart}`, {
    context: { path: 'resources.devices', needed, exist, onOneNodeMax: best?.devices.length ?? 0 },
  });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** In ascending order. */
function divisors(n: number): number[] {
  const small = range(1, Math.floor(Math.sqrt(n))).filter((divisor) => n % divisor === 0);
  return [...new Set([...small, ...small.map((divisor) => n / divisor).toReversed()])];
}
