import { parseJobSpec, type TrainSpec } from '@massif/contracts';
import { exponential, seedOf, stepsOf, uniform } from '@massif/cluster/simulated';
import type { PastJob } from '@massif/store';
import type { Plans } from '../plans.ts';
import { specOf } from '../specs.ts';
import { waitShareAt } from './day.ts';
import { tellJob, tellWaiting, type ToldJob } from './job.ts';
import { lanesOf, staysOf } from './lanes.ts';
import type { SubmittedStay } from './usage.ts';
import type { Place } from './place.ts';

const dayMs = 24 * 3_600_000;
/** Of the jobs that are to be there at a time, so many are remembered that have ended. */
const endedShare = 0.4;

export interface Past {
  /** Every stay of the day, also of jobs that nobody remembers: what use of the cluster is made of. */
  stays: SubmittedStay[];
  fromMs: number;
  queuedSinceMs: number[];
  /** Jobs that run or wait now. */
  present(): Generator<ToldJob>;
  /** Of those that ended, the ones that are remembered, the newest first. */
  ended(): Generator<PastJob>;
}

/** The day before now on these nodes, and as many jobs at its end as are to be there. */
export function makePast({
  place,
  nodes,
  plans,
  jobs,
  written = new Set(),
}: {
  place: Place;
  nodes: readonly string[];
  plans: Plans;
  jobs: number;
  /** Names of jobs that are there already, and not told again. */
  written?: ReadonlySet<string>;
}): Past {
  const { seed, nowMs } = place;
  const fromMs = nowMs - dayMs;
  const lanes = lanesOf(seed, nodes);
  const bare = staysOf({ seed, lanes, plans, fromMs, toMs: nowMs });
  // As long as those who wait now take to be served, at the pace of the day.
  const waitMs = (Math.max(0, jobs - lanes.length) / Math.max(1, bare.length)) * dayMs;
  const submitted = bare.map((stay) => {
    const waitedMs = waitMs * waitShareAt(nowMs - stay.admittedAtMs) * (0.7 + 0.6 * uniform(seedOf(seed, 'wait', stay.index)));
    return { ...stay, createdAtMs: stay.admittedAtMs - waitedMs - 1500 };
  });
  const lastOf = new Map(submitted.map((stay) => [stay.lane, stay]));
  // One that might still run is looked at closely: what it takes is only known about.
  const mayRun = (stay: SubmittedStay) =>
    lastOf.get(stay.lane) === stay && stay.endsAtMs + (stay.endsAtMs - stay.admittedAtMs) * 0.2 > nowMs;
  const gone = submitted.filter((stay) => !mayRun(stay));
  const current = submitted.filter(mayRun).slice(0, jobs);
  const stays = [...gone, ...current];
  const remembered = (endedShare * jobs) / Math.max(1, gone.length);
  const waiting = waitingJobs({ place, plans, from: submitted.length, count: Math.max(0, jobs - current.length), overMs: waitMs });
  const isNew = ({ spec }: { spec: TrainSpec }) => !written.has(spec.name);
  return {
    stays,
    fromMs,
    queuedSinceMs: waiting.map(({ createdAtMs }) => createdAtMs),
    *present() {
      for (const stay of current.filter(isNew)) yield tellJob(stay, place);
      for (const job of waiting.filter(isNew)) yield { past: tellWaiting(job, place), gang: undefined };
    },
    *ended() {
      for (const stay of gone.filter(isNew).toSorted((a, b) => b.admittedAtMs - a.admittedAtMs)) {
        if (uniform(seedOf(seed, 'remembered', stay.index)) >= remembered) continue;
        const { past, gang } = tellJob(stay, place);
        // Its devices have been given to the next one.
        if (!gang) yield past;
      }
    },
  };
}

/** Jobs that wait: the last that were submitted. */
function waitingJobs({
  place: { seed, nowMs },
  plans,
  from,
  count,
  overMs,
}: {
  place: Place;
  plans: Plans;
  /** Number of the first. */
  from: number;
  count: number;
  overMs: number;
}) {
  const everyMs = overMs / Math.max(1, count);
  let createdAtMs = nowMs;
  return Array.from({ length: count }, (_, place) => {
    const index = from + place;
    createdAtMs -= Math.min(10 * everyMs, exponential(seedOf(seed, 'arrival', index), everyMs));
    const { shape, spec: input } = specOf({ seed, index, stepTimeMs: (candidate) => plans.of(candidate, 1).stepTimeMs });
    const spec = parseJobSpec(input) as TrainSpec;
    return { spec, plan: plans.of(shape, stepsOf(spec)), createdAtMs };
  });
}
