import { AppError, formatBytes, layoutDevices, type Layout } from '@massif/contracts';
import { accumulationSteps } from '@massif/layout';
import { candidateLayouts, chooseNode } from './candidates.ts';
import { checkTraining } from './capabilities.ts';
import { compareMicroBatches, explainPlan, howToFit, sentenceOfMemory } from './explain.ts';
import { memoryOf, totalBytes, type MemoryParts } from './memory/memory.ts';
import { shapeOf, type ModelShape } from './model/shape.ts';
import { defaultProfile } from './profile/default.ts';
import { isHost } from './profile/profile.ts';
import { estimateStep } from './time/step-time.ts';
import type { Plan, PlanInput, PlanNode, PlanResult } from './types.ts';

const GiB = 2 ** 30;
const msPerDay = 86_400_000;

/**
 * Ranks the ways to run a job on a cluster: which fit into memory, how long a step takes and of what it consists.
 * Pure: `now`, in milliseconds, only serves `searchMs`.
 * @throws AppError `not_supported`, `invalid_spec`, `not_enough_devices`; `does_not_fit` when no layout fits, with the bytes
 * by part of the smallest.
 */
export function plan(input: PlanInput, { now = () => 0 }: { now?: () => number } = {}): PlanResult {
  const began = now();
  const { spec, modelConfig, capabilities } = input;
  checkTraining(capabilities, spec.training);
  const model = shapeOf(modelConfig, capabilities);
  const { sequence } = spec.training;
  if (sequence > model.positions) {
    const message = `${sequence} is longer than the model's ${model.positions} positions`;
    throw new AppError('invalid_spec', `training.sequence: ${message}`, {
      context: { path: 'training.sequence' },
      errors: [
        {
          path: 'training.sequence',
          message,
          fix: `use at most ${model.positions}`,
          rule: 'longer_than_context',
          facts: { sequence, positions: model.positions },
        },
      ],
    });
  }

  const { node, devices } = chooseNode(input);
  const footprints = candidateLayouts(input, devices.length).map((layout) => footprintOf(input, { model, layout, devices }));
  const [fitting, tooLarge] = partition(footprints, ({ bytes, limitBytes }) => bytes <= limitBytes);
  if (fitting.length === 0) throw doesNotFit(footprints.reduce((a, b) => (b.bytes < a.bytes ? b : a)));

  const candidates = fitting.map((footprint) => evaluate(input, { model, node, footprint }));
  const [plans, slower] = bestOfEachMesh(candidates);
  const rejected = [
    ...tooLarge.map(({ layout, bytes, limitBytes }) => ({
      layout,
      reason: `It needs ${formatBytes(bytes)} on a device that has ${formatBytes(limitBytes)}`,
      facts: { neededBytes: bytes, limitBytes },
    })),
    ...slower.map(({ plan: { layout, stepTimeMs }, best }) => ({
      layout,
      reason: compareMicroBatches(best, stepTimeMs),
      facts: { stepTimeMs, best: { microBatch: best.layout.microBatch, stepTimeMs: best.stepTimeMs } },
    })),
  ];
  return { plans, rejected, searchMs: now() - began };
}

/** A layout on its devices, and the memory that each of them needs. */
interface Footprint {
  layout: Layout;
  devices: PlanNode['devices'];
  /** Micro-batches of each rank in a step. */
  accumulationSteps: number;
  parts: MemoryParts;
  bytes: number;
  /** What the smallest of the devices has, or the job may use of it. */
  limitBytes: number;
  /** What the smallest of the devices has. */
  deviceBytes: number;
}

function footprintOf(
  { spec }: PlanInput,
  { model, layout, devices }: { model: ModelShape; layout: Layout; devices: PlanNode['devices'] },
): Footprint {
  const { globalBatch, sequence } = spec.training;
  const used = devices.slice(0, layoutDevices(layout));
  const accumulation = accumulationSteps({ ...layout, globalBatch });
  const parts = memoryOf(model, { samples: layout.microBatch, sequence, accumulationSteps: accumulation });
  const deviceBytes = Math.min(...used.map(({ memoryBytes }) => memoryBytes));
  const limitBytes = Math.min(spec.resources.memoryPerDevice ?? Infinity, deviceBytes);
  return { layout, devices: used, accumulationSteps: accumulation, parts, bytes: totalBytes(parts), limitBytes, deviceBytes };
}

function evaluate({ spec }: PlanInput, { model, node, footprint }: { model: ModelShape; node: PlanNode; footprint: Footprint }): Plan {
  const { layout, devices, parts: memoryParts, bytes } = footprint;
  const { globalBatch, sequence, steps, tokens } = spec.training;
  const threadsPerDevice = spec.resources.threadsPerDevice ?? Math.max(1, Math.floor(node.cores / devices.length));
  const unmeasured = defaultProfile(node.cores);
  const ranks = devices.map(({ profile = unmeasured }) => ({ profile }));
  const { stepTimeMs, parts, mfu, hfu } = estimateStep(model, {
    ranks,
    microBatch: layout.microBatch,
    accumulationSteps: footprint.accumulationSteps,
    sequence,
    threads: threadsPerDevice,
  });
  const stepTokens = globalBatch * sequence;
  const stepCount = steps ?? (tokens === undefined ? undefined : Math.ceil(tokens / stepTokens));
  const numbers: Omit<Plan, 'explanation'> = {
    layout,
    devices: devices.length,
    threadsPerDevice,
    stepTimeMs,
    memoryGiB: bytes / GiB,
    memoryParts,
    mfu,
    hfu,
    tokensPerSecond: (stepTokens * 1000) / stepTimeMs,
    parts,
    costUsd: null,
    days: stepCount === undefined ? null : (stepCount * stepTimeMs) / msPerDay,
    source: ranks.some(({ profile }) => profile.source === 'default') ? 'default' : 'measured',
  };
  return { ...numbers, explanation: explainPlan(numbers, { ...footprint, onHost: ranks.every(({ profile }) => isHost(profile)) }) };
}

/** The fastest plan of each (dp, tp, pp, cp, ep), the fastest first, and the others with the one that beats them. */
function bestOfEachMesh(candidates: Plan[]): [Plan[], { plan: Plan; best: Plan }[]] {
  const meshes = [...Map.groupBy(candidates, ({ layout: { dp, tp, pp, cp, ep } }) => [dp, tp, pp, cp, ep].join(' ')).values()];
  const ranked = meshes.map((plans) => {
    const best = plans.reduce((a, b) => (b.stepTimeMs < a.stepTimeMs ? b : a));
    return { best, others: plans.filter((plan) => plan !== best) };
  });
  return [
    ranked.map(({ best }) => best).toSorted((a, b) => a.stepTimeMs - b.stepTimeMs || a.devices - b.devices),
    ranked.flatMap(({ best, others }) => others.map((plan) => ({ plan, best }))),
  ];
}

function doesNotFit({ layout, parts, bytes, limitBytes, deviceBytes }: Footprint): AppError {
  const has =
    limitBytes < deviceBytes ? `may use ${formatBytes(limitBytes)} of its ${formatBytes(deviceBytes)}` : `has ${formatBytes(limitBytes)}`;
  const message = `The job needs ${formatBytes(bytes)} on each device, which ${has}: ${sentenceOfMemory(parts)}`;
  const path = 'resources';
  return new AppError('does_not_fit', message, {
    context: { path, layout, neededBytes: bytes, limitBytes, parts: { ...parts } },
    errors: [{ path, message, fix: howToFit({ parts, limitBytes, deviceBytes, microBatch: layout.microBatch }) }],
  });
}

function partition<Item>(items: Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  const { in: inside = [], out: outside = [] } = Object.groupBy(items, (item) => (test(item) ? 'in' : 'out'));
  return [inside, outside];
}
