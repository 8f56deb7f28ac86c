import type { WatchedJob } from '@massif/store';
import { describe, expect, it } from 'vitest';
import type { World } from './reconcile.ts';
import { needsLook } from './sweep.ts';

const nowMs = 1_800_000_000_000;
const world: World = { nowMs, gang: 'running', silence: { wordMs: 0, stepMs: 0 }, isRetryable: () => true };
const current: WatchedJob['current'] = {
  id: 'att_1',
  admittedAt: new Date(nowMs - 60_000),
  launchedAt: new Date(nowMs - 60_000),
  heartbeatAt: new Date(nowMs),
  stopRequestedAt: null,
  step: 5,
  outcome: null,
  code: null,
  message: null,
  reportedAt: null,
};
const running: WatchedJob = {
  id: 'job_1',
  state: 'running',
  attempt: 1,
  cancelRequestedAt: null,
  restarts: 0,
  restartsWithoutProgress: 0,
  limits: { maxRestarts: 10 },
  stepTimeMs: 100,
  current,
};

describe('the sweep', () => {
  it('leaves a job alone that runs, and one that is about to', () => {
    expect(needsLook(running, world)).toBe(false);
    expect(needsLook({ ...running, state: 'launching', current: { ...current, heartbeatAt: null, step: null } }, world)).toBe(false);
    expect(needsLook({ ...running, limits: { maxRestarts: 10, maxDuration: '1h' } }, world)).toBe(false);
  });

  it.each<[string, Partial<WatchedJob>, Partial<World>?]>([
    ['whose gang is gone', {}, { gang: 'absent' }],
    ['that is silent', {}, { silence: { wordMs: 61_000, stepMs: 0 } }],
    ['that somebody wants to cancel', { cancelRequestedAt: new Date(nowMs) }],
    ['that ran too long', { limits: { maxRestarts: 10, maxDuration: '30s' } }],
    ['whose earlier attempts may have run too long', { attempt: 2, limits: { maxRestarts: 10, maxDuration: '1h' } }],
    ['whose limits cannot be read', { limits: null }],
    ['that was only submitted', { state: 'submitted', attempt: 0, current: null }, { gang: 'absent' }],
    ['that is heard of for the first time', { state: 'launching' }],
    ['that is to be tried again', { state: 'recovering' }, { gang: 'absent' }],
  ])('looks at a job %s', (_, job, change = {}) => {
    expect(needsLook({ ...running, ...job }, { ...world, ...change })).toBe(true);
  });
});
