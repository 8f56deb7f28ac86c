import { basename, join } from 'node:path';
import { assignmentSchema, type TrainSpec } from '@massif/contracts';
import { attemptDirectories } from '../local/directories.ts';
import { tellApi, type Answer, type Route } from './api.ts';
import type { GangRecord } from './files.ts';
import { checkpointBytes, lifeOf, seedOfJob, type GangEvent } from './life.ts';
import { gangSlowness } from './machines.ts';
import { createOutbox } from './outbox.ts';
import { between, seedOf, uniform } from './random.ts';
import { busyOfJob } from './usage.ts';
import type { Actor, GangLoad } from './world.ts';

/** How often a gang reports what it did, in real time: a thousand of them are to cost the API little. */
const frameEveryMs = 12_000;
/** Frames say that it lives, and in place of one without news a heartbeat; how far each rank is, is told more rarely. */
const heartbeatEveryMs = 45_000;
const retryMs = [1000, 2000, 5000, 10_000];
/** What was done in so much real time before an earlier process ended may not have been reported. */
const toldAgainMs = 4 * frameEveryMs;

/** What ranks say they are in each phase of a gang. */
const rankStates = { starting: 'starting', training: 'running', done: 'done', stopped: 'stopped' } as const;

/** Plays the supervisor of a gang: its life happens by the clock of the world, and it tells the API as a real one does. */
export function createSupervisor(
  gang: GangRecord,
  { home, seed, speed, isAdopted, nowMs: bornAtMs }: { home: string; seed: number; speed: number; isAdopted: boolean; nowMs: number },
): Actor {
  const { apiUrl, attemptId, token, attempt, spec, ranks, resumeFrom, planned } = assignmentSchema.parse(gang.assignment);
  const directories = attemptDirectories(home, gang);
  const chance = seedOf(gang.jobId, attempt);
  const facts = {
    seed,
    attempt,
    spec: spec as TrainSpec,
    planned: planned ?? { stepTimeMs: 1000, memoryGiB: 1 },
    ranks,
    firstStep: resumeFrom === null ? 0 : Number(/^step-(\d+)$/.exec(basename(resumeFrom))?.[1] ?? 0),
  };
  const busy = busyOfJob(seedOfJob(seed, facts.spec));
  const events = lifeOf(facts, gang.launchedAtMs, gangSlowness(seed, gang.devices));
  const outbox = createOutbox({ numbersKnown: !isAdopted });
  const ended = Promise.withResolvers<string>();
  let next: GangEvent | undefined = take();
  let phase: keyof typeof rankStates = 'starting';
  let failedRank: number | undefined;
  let done = facts.firstStep;
  let deviceBytes = 0;
  let isGone = false;
  let isAsking = false;
  let failures = 0;
  let quietUntilMs = 0;
  // A thousand that are found again do not speak all at once.
  let frameAtMs = isAdopted ? performance.now() + frameEveryMs * uniform(chance, -1) : 0;
  let heartbeatAtMs = frameAtMs;
  let spokenAtMs = frameAtMs - frameEveryMs;

  function take(): GangEvent | undefined {
    return events.next().value ?? undefined;
  }

  const happen = (event: GangEvent) => {
    const isOld = isAdopted && event.atMs < bornAtMs - toldAgainMs * speed;
    switch (event.type) {
      case 'running':
        phase = 'training';
        // The first word of the ranks is not kept waiting.
        heartbeatAtMs = 0;
        break;
      case 'step':
        done = event.step + 1;
        deviceBytes = event.deviceBytes;
        if (!isOld) outbox.step(event);
        break;
      case 'evaluation':
        if (!isOld) outbox.evaluation({ step: event.step, loss: event.loss });
        break;
      case 'log':
        if (!isOld) outbox.log({ rank: event.rank, line: event.line });
        break;
      case 'checkpoint':
        if (!isOld) outbox.checkpoint({ step: event.step, path: checkpointPath(event.step), bytes: event.bytes, files: [] });
        break;
      case 'succeeded':
        phase = 'done';
        outbox.finish({
          outcome: 'succeeded',
          step: event.step,
          model: { path: join(directories.job, 'model'), ...(event.loss === undefined ? {} : { loss: event.loss }) },
        });
        break;
      case 'failed':
        phase = 'stopped';
        failedRank = event.rank;
        // Which rank it was is told before the end, after which nobody listens.
        heartbeatAtMs = 0;
        outbox.finish({ outcome: 'failed', step: event.step, code: event.code, message: event.message });
        break;
      default:
        event satisfies never;
    }
  };
  const checkpointPath = (step: number) => join(directories.attempt, `step-${step}`);

  const leave = (how: string) => {
    isGone = true;
    ended.resolve(how);
  };

  /** Sends one thing; the next is sent at the next look. */
  const say = (route: Route, body: unknown, onTold: (body: unknown) => void) => {
    isAsking = true;
    void tellApi({ apiUrl, attemptId, token }, route, body).then((answer: Answer) => {
      isAsking = false;
      if (isGone) return;
      if (answer.status === 'refused') return leave('was told that the attempt is over');
      if (answer.status === 'away') {
        // What it said of its ranks is said again, above all which of them has failed.
        if (route === 'heartbeat') heartbeatAtMs = 0;
        quietUntilMs = performance.now() + retryMs[Math.min(failures++, retryMs.length - 1)]! * (0.5 + Math.random());
        return;
      }
      failures = 0;
      onTold(answer.body);
    });
  };

  const beat = (realMs: number) => {
    heartbeatAtMs = realMs + heartbeatEveryMs * between(chance, 0.9, 1.1);
    spokenAtMs = realMs;
    say('heartbeat', { ranks: ranksNow() }, (body) => {
      if ((body as { stop?: boolean }).stop) stop();
    });
  };

  const report = (realMs: number) => {
    if (realMs >= heartbeatAtMs) return beat(realMs);
    const item = outbox.next({ frame: realMs >= frameAtMs });
    if (!item) {
      // A step may take longer than the time between two frames, and nobody is to be taken for silent meanwhile.
      if (realMs >= frameAtMs && realMs >= spokenAtMs + frameEveryMs) beat(realMs);
      return;
    }
    spokenAtMs = realMs;
    if (item.route === 'frames') frameAtMs = realMs + frameEveryMs * between(seedOf(chance, realMs), 0.9, 1.1);
    say(item.route, item.body, (body) => {
      item.told(body);
      if (item.route === 'finish') leave('exited with status 0');
    });
  };

  const ranksNow = () => {
    return Array.from({ length: ranks }, (_, rank) => ({
      rank,
      pid: 2000 + Math.floor(60_000 * uniform(chance, rank)),
      state: rank === failedRank ? 'failed' : rankStates[phase],
      step: done,
    }));
  };

  const stop = () => {
    if (phase === 'done' || phase === 'stopped') return;
    next = undefined;
    if (done > facts.firstStep)
      outbox.checkpoint({ step: done, path: checkpointPath(done), bytes: checkpointBytes(facts.planned), files: [] });
    outbox.log({ rank: -1, line: 'asked to stop' });
    outbox.finish({ outcome: 'stopped', step: done });
    phase = 'stopped';
  };

  const load = (): GangLoad => {
    if (phase === 'training' && deviceBytes > 0) return { busy, memoryBytes: deviceBytes };
    return phase === 'starting' || phase === 'training'
      ? { busy: phase === 'starting' ? 0.04 : 0, memoryBytes: 4e9 }
      : { busy: 0, memoryBytes: 0 };
  };

  return {
    advance: (nowMs) => {
      if (isGone) return;
      for (; next && next.atMs <= nowMs; next = take()) happen(next);
      const realMs = performance.now();
      if (!isAsking && realMs >= quietUntilMs) report(realMs);
    },
    stop,
    kill: () => leave('was killed by SIGKILL'),
    load,
    ended: ended.promise,
  };
}
