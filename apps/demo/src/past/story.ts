import type { JobState } from '@massif/contracts';
import { createIds } from '@massif/contracts';
import type { GangEvent } from '@massif/cluster/simulated';
import type { JobReason, Json, PastCheckpoint, PastJob, PastStep } from '@massif/store';

/** What happened to a job so far, as the store keeps it. */
export interface Story {
  readonly events: PastJob['events'][number][];
  readonly steps: PastStep[];
  readonly evaluations: PastJob['evaluations'][number][];
  readonly checkpoints: PastCheckpoint[];
  readonly logs: PastJob['logs'][number][];
  /** Number of the current attempt, 0 before the first. */
  attempt: number;
  move(to: JobState, atMs: number, more?: { reason?: JobReason; data?: Json }): void;
  tell(type: 'checkpoint' | 'attempt' | 'cancel', atMs: number, data?: Json): void;
  /** Something that its gang did. */
  add(event: GangEvent, attempt: { id: string; directory: string }): void;
}

export function createStory({ timeOf, createdAtMs }: { timeOf(worldMs: number): Date; createdAtMs: number }): Story {
  let state: JobState | null = null;
  const story: Story = {
    events: [],
    steps: [],
    evaluations: [],
    checkpoints: [],
    logs: [],
    attempt: 0,
    move: (to, atMs, { reason = null, data = null }: { reason?: JobReason | null; data?: Json | null } = {}) => {
      story.events.push({ time: timeOf(atMs), type: 'transition', from: state, to, attempt: story.attempt, reason, data });
      state = to;
    },
    tell: (type, atMs, data) => {
      const { attempt } = story;
      story.events.push({ time: timeOf(atMs), type, from: null, to: null, attempt, reason: null, data: data ?? null });
    },
    add: (event, { id: attemptId, directory }) => {
      const { attempt } = story;
      const time = timeOf(event.atMs);
      if (event.type === 'log') story.logs.push({ attempt, rank: event.rank, time, stream: 'system', line: event.line });
      else if (event.type === 'step') {
        const { atMs: _atMs, type: _type, ...values } = event;
        // One that is gone over again is that of the latest attempt.
        story.steps[event.step] = { ...values, attempt, time };
      } else if (event.type === 'evaluation') {
        const known = story.evaluations.findIndex(({ step }) => step === event.step);
        story.evaluations[known < 0 ? story.evaluations.length : known] = { step: event.step, attempt, time, loss: event.loss };
      } else if (event.type === 'checkpoint') {
        const { step, bytes } = event;
        const id = createIds({ now: () => time.getTime(), random: Math.random })('checkpoint');
        story.checkpoints.push({
          id,
          attemptId,
          step,
          path: `${directory}/step-${step}`,
          bytes,
          files: [],
          committedAt: time,
          expiredAt: null,
        });
        story.tell('checkpoint', event.atMs, { step, id, bytes });
      }
    },
  };
  story.move('submitted', createdAtMs);
  return story;
}
