import { parseJobSpec, type Plan, type TrainSpec } from '@massif/contracts';
import { exponential, fateOf, outagesOf, seedOf, seedOfJob, stepsOf, uniform } from '@massif/cluster/simulated';
import type { Plans } from '../plans.ts';
import { specOf, type Shape } from '../specs.ts';
import { busynessAt } from './day.ts';
import { startsInMs } from './usage.ts';

/** Devices of one node that jobs have one after the other. */
export interface Lane {
  node: string;
  devices: readonly number[];
}

/** A stay of a job on a lane, before anything of it is looked at closely. */
export interface Stay {
  /** Of all jobs that there ever were, from 0. */
  index: number;
  lane: Lane;
  spec: TrainSpec;
  plan: Plan;
  admittedAtMs: number;
  /** About when it was through. */
  endsAtMs: number;
}

/** How a node is shared: most of them are given away whole. */
const sharings = [
  { share: 0.82, parts: [8] },
  { share: 0.11, parts: [4, 4] },
  { share: 0.04, parts: [4, 2, 2] },
  { share: 0.03, parts: [4, 2, 1, 1] },
];

export function lanesOf(seed: number, nodes: readonly string[]): Lane[] {
  return nodes.flatMap((node) => {
    let chance = uniform(seedOf(seed, 'sharing', node));
    const { parts } = sharings.find(({ share }) => (chance -= share) < 0) ?? sharings[0]!;
    let next = 0;
    return parts.map((count) => ({ node, devices: Array.from({ length: count }, () => next++) }));
  });
}

/** What a step takes more than planned, evaluations among it. */
const slower = 1.09;
const patienceMs = 30_000;

/** Every stay of a day on every lane, in the order of the lanes, up to `toMs`. */
export function staysOf({
  seed,
  lanes,
  plans,
  fromMs,
  toMs,
}: {
  seed: number;
  lanes: readonly Lane[];
  plans: Plans;
  fromMs: number;
  toMs: number;
}): Stay[] {
  const stays: Stay[] = [];
  const stepTimeMs = (shape: Shape) => plans.of(shape, 1).stepTimeMs;
  for (const [place, lane] of lanes.entries()) {
    const chance = seedOf(seed, 'lane', place);
    // Whatever was there when the day began is through at some time of the next hours.
    let freeAtMs = fromMs - uniform(chance) * 3_600_000;
    while (freeAtMs < toMs) {
      const index = stays.length;
      const { shape, spec: input } = specOf({ seed, index, devices: lane.devices.length, stepTimeMs });
      const spec = parseJobSpec(input) as TrainSpec;
      const plan = plans.of(shape, stepsOf(spec));
      const ofStay = seedOf(chance, index);
      const lasts = lastsMs(seed, { spec, plan });
      // The less there is to do, the longer until the next job comes.
      const busyness = busynessAt(toMs - freeAtMs);
      let admittedAtMs = freeAtMs + exponential(ofStay, patienceMs) + exponential(ofStay + 1, (lasts * (1 - busyness)) / busyness);
      // Nothing is put on a node that is away.
      for (const { beginMs, endMs } of outagesOf(seed, lane.node, admittedAtMs, admittedAtMs + 1000))
        if (beginMs <= admittedAtMs) admittedAtMs = endMs + exponential(ofStay + 2, patienceMs);
      if (admittedAtMs >= toMs) break;
      stays.push({ index, lane, spec, plan, admittedAtMs, endsAtMs: admittedAtMs + lasts });
      freeAtMs = admittedAtMs + lasts;
    }
  }
  return stays;
}

/** About how long the first attempt of a job takes. */
function lastsMs(seed: number, { spec, plan }: { spec: TrainSpec; plan: Plan }): number {
  const steps = stepsOf(spec);
  const fate = fateOf({ seed: seedOfJob(seed, spec), attempt: 1, steps, ranks: plan.devices ?? 1 });
  const done = fate.kind === 'fails' ? (fate.atStep ?? 0) : steps;
  return startsInMs + done * plan.stepTimeMs * slower;
}
