import { createIds, isRetryable } from '@massif/contracts';
import { outagesOf, seedOf, uniform, type GangRecord } from '@massif/cluster/simulated';
import type { JobReason, Json, PastAttempt, PastCheckpoint, PastJob } from '@massif/store';
import { promptlyMs, tellAttempt, type Telling } from './attempt.ts';
import type { SubmittedStay } from './usage.ts';
import type { Place } from './place.ts';
import { createStory } from './story.ts';

export interface ToldJob {
  past: PastJob;
  /** While it still runs: what the cluster goes on with. */
  gang: GangRecord | undefined;
}

const requeueMs = 12_000;
const cancelShare = 0.03;
/** From when a node is away to when its gang is missed. */
const missedMs = 4000;
const cancelTakesMs = 3000;
const lost: JobReason = { code: 'gang_lost', message: 'The processes of the attempt have ended without a word' };

/** A job that was submitted and waits. */
export function tellWaiting({ spec, plan, createdAtMs }: Pick<SubmittedStay, 'spec' | 'plan' | 'createdAtMs'>, place: Place): PastJob {
  const story = createStory({ ...place, createdAtMs });
  story.move('planned', createdAtMs + promptlyMs);
  story.move('queued', createdAtMs + 2 * promptlyMs);
  return pastJob({ spec, plan, createdAtMs }, { place, id: idAt(place, createdAtMs), story, attempts: [], restarts: 0, result: null });
}

/** A job from its submission to its end, or to now, by the same life that the cluster plays. */
export function tellJob(stay: SubmittedStay, place: Place): ToldJob {
  const { lane, spec, createdAtMs, admittedAtMs } = stay;
  const { seed, nowMs } = place;
  const chance = seedOf(seed, 'past', stay.index);
  const id = idAt(place, createdAtMs);
  const story = createStory({ ...place, createdAtMs });
  const cancelAtMs = uniform(chance) < cancelShare ? admittedAtMs + uniform(chance, 1) * 3_600_000 : Infinity;
  const attempts: PastAttempt[] = [];
  let restarts = 0;
  let result: Json | null = null;
  let gang: GangRecord | undefined;

  story.move('planned', createdAtMs + promptlyMs);
  story.move('queued', createdAtMs + 2 * promptlyMs);
  for (let atMs: number | undefined = admittedAtMs; atMs !== undefined && atMs < nowMs;) {
    if (cancelAtMs <= atMs) {
      // While it waited to be tried again.
      story.tell('cancel', cancelAtMs);
      story.move('cancelled', cancelAtMs + promptlyMs);
      break;
    }
    const outage = outagesOf(seed, lane.node, atMs, nowMs).find(({ beginMs }) => beginMs > atMs!);
    const untilMs = Math.min(nowMs, outage?.beginMs ?? Infinity, cancelAtMs);
    const telling = tellAttempt({ jobId: id, stay, atMs, untilMs }, { place, story });
    attempts.push(telling.attempt);
    atMs = goOn(telling, { untilMs, outageEndMs: outage?.endMs });
  }
  return { past: pastJob(stay, { place, id, story, attempts, restarts, result }), gang };

  /** What follows an attempt. @returns when the next one begins; undefined: there is none yet */
  function goOn(telling: Telling, { untilMs, outageEndMs }: { untilMs: number; outageEndMs: number | undefined }): number | undefined {
    const { last, attempt } = telling;
    if (last?.type === 'succeeded') {
      const model = { path: `${place.home}/jobs/${id}/model`, ...(last.loss === undefined ? {} : { loss: last.loss }) };
      attempt.result = { model };
      result = { model, checkpoint: story.checkpoints.at(-1)?.path ?? null };
      telling.report('succeeded', last.atMs);
      return end('succeeded', telling, last.atMs);
    }
    if (last?.type === 'failed') {
      const { code, message, atMs } = last;
      telling.report('failed', atMs, { code, message });
      return isRetryable(code)
        ? recover(telling, { reason: { code, message }, atMs, againMs: atMs })
        : end('failed', telling, atMs, { code, message });
    }
    if (untilMs === cancelAtMs) {
      story.tell('cancel', untilMs);
      if (last) {
        telling.stop(untilMs + promptlyMs);
        telling.report('stopped', untilMs + cancelTakesMs);
      }
      return end('cancelled', telling, untilMs + cancelTakesMs);
    }
    if (untilMs < nowMs) return recover(telling, { reason: lost, atMs: untilMs + missedMs, againMs: outageEndMs! });
    attempt.heartbeatAt &&= place.timeOf(nowMs);
    gang = telling.gang;
    return undefined;
  }

  function end(to: 'succeeded' | 'failed' | 'cancelled', telling: Telling, atMs: number, reason?: JobReason): undefined {
    telling.end(atMs + 2 * promptlyMs, to === 'succeeded' ? 'done' : 'stopped');
    story.move(to, atMs + 2 * promptlyMs, reason ? { reason } : {});
  }

  function recover(telling: Telling, { reason, atMs, againMs }: { reason: JobReason; atMs: number; againMs: number }): number | undefined {
    restarts++;
    // Ranks of a gang that was lost said nothing of their end.
    telling.end(atMs + promptlyMs, telling.last?.type === 'failed' ? 'stopped' : 'running');
    story.move('recovering', atMs + promptlyMs, { reason });
    if (restarts <= spec.limits.maxRestarts) {
      story.move('queued', atMs + 2 * promptlyMs);
      return againMs + requeueMs * (0.3 + uniform(chance, restarts));
    }
    const message = `It was restarted ${spec.limits.maxRestarts} times, as often as limits.maxRestarts allows`;
    story.move('failed', atMs + 2 * promptlyMs, { reason: { code: 'too_many_restarts', message } });
    return undefined;
  }
}

/** Nothing of it is secret: the platform's source would be half of the work. */
const idAt = ({ timeOf }: Place, createdAtMs: number) =>
  createIds({ now: () => timeOf(createdAtMs).getTime(), random: Math.random })('job');

function pastJob(
  { spec, plan, createdAtMs }: Pick<SubmittedStay, 'spec' | 'plan' | 'createdAtMs'>,
  {
    place,
    id,
    story,
    attempts,
    restarts,
    result,
  }: { place: Place; id: string; story: ReturnType<typeof createStory>; attempts: PastAttempt[]; restarts: number; result: Json | null },
): PastJob {
  const { name, kind, queue, priority } = spec;
  const { events, steps, evaluations, logs } = story;
  const createdAt = place.timeOf(createdAtMs);
  const { projectId } = place;
  return {
    job: {
      id,
      projectId,
      queue,
      name,
      kind,
      priority,
      spec,
      plan,
      result,
      restarts,
      restartsWithoutProgress: 0,
      createdBy: null,
      createdAt,
    },
    events,
    attempts,
    steps,
    evaluations,
    checkpoints: expire(story.checkpoints, spec.training.checkpoint.keep),
    logs,
  };
}

/** Of the committed ones, all but the newest are taken off the list when the next is there. */
function expire(checkpoints: readonly PastCheckpoint[], keep: number): PastCheckpoint[] {
  return checkpoints.map((checkpoint, index) => ({ ...checkpoint, expiredAt: checkpoints[index + keep]?.committedAt ?? null }));
}
