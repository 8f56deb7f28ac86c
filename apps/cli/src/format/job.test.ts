import type { Attempt, Job } from '@massif/contracts';
import { expect, it } from 'vitest';
import { describeExplanation, describeJob, describeSpeed } from './job.ts';

const nowMs = Date.parse('2026-01-01T00:01:00Z');
const job = {
  id: 'job_1',
  name: 'whale',
  state: 'running',
  queue: 'default',
  attempt: 2,
  createdAt: '2026-01-01T00:00:00Z',
  progress: { step: 30, steps: 100, loss: 4.5, evaluationLoss: null, tokens: 3000, tokensPerSecond: 960, etaSeconds: 7 },
  plan: { layout: { dp: 2, tp: 1, pp: 1, cp: 1, ep: 1, zero: 0, microBatch: 4 }, tokensPerSecond: 1000 },
} as unknown as Job;
const attempt = (fields: Partial<Attempt>) => ({ number: 1, state: 'failed', reason: null, resumedFromStep: null, ...fields }) as Attempt;

it('shows a job with measured beside planned', () => {
  expect(describeJob(job, { nowMs }).split('\n')).toEqual([
    'id          job_1',
    'name        whale',
    'state       running',
    'queue       default',
    'attempt     2',
    'created     1 min ago',
    'layout      dp 2, micro-batch 4',
    'progress    step  30/100  loss 4.5000  960 tokens/s  7 s left',
    'speed       960 tokens/s, 1,000 planned (96 %)',
  ]);
});

it('says when the plan is not of this machine', () => {
  const plan = { ...job.plan!, source: 'default' as const, tokensPerSecond: 480 };
  expect(describeSpeed({ ...job, plan })).toBe('960 tokens/s, 480 planned for a default machine: this one was not measured yet (200 %)');
});

it('says why a job was restarted, and from where', () => {
  const attempts = [
    attempt({ number: 3, resumedFromStep: 20 }),
    attempt({ number: 1, reason: { code: 'rank_failed', message: 'rank 1 was killed by SIGKILL' } }),
    attempt({ number: 2, state: 'lost' }),
  ];
  const restarts = describeJob(job, { nowMs, attempts })
    .split('\n')
    .filter((line) => line.startsWith('restart'));
  expect(restarts).toEqual([
    'restart     attempt 2 from the beginning: rank 1 was killed by SIGKILL',
    'restart     attempt 3 from step 20: the one before was lost',
  ]);
});

it('explains without saying anything twice', () => {
  const reason = { code: 'waiting_for_devices', message: 'It needs 2 devices.' };
  expect(describeExplanation({ state: 'queued', reasons: [reason], plan: null, explanation: ['It needs 2 devices.', 'dp 2'] })).toBe(
    'queued\nIt needs 2 devices.\ndp 2',
  );
});
