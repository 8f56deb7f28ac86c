import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs, nextAction, type AttemptView, type JobView, type World } from './reconcile.ts';

const attempt: AttemptView = { launchedAtMs: 0, seenAliveAtMs: 900, heardOf: true, stepped: true, outcome: undefined };
const base: JobView = {
  state: 'running',
  cancelRequested: false,
  maxRestarts: 10,
  restarts: 0,
  restartsWithoutProgress: 0,
  maxDurationMs: undefined,
  ranBeforeMs: 0,
  attempt,
  stepTimeMs: 100,
};
const job = (changes: Partial<JobView>): JobView => ({ ...base, ...changes });
const world = (changes: Partial<World> = {}): World => ({
  nowMs: 1000,
  gang: 'absent',
  silence: { wordMs: 0, stepMs: 0 },
  isRetryable: (code) => code === 'rank_failed',
  ...changes,
});
const finished = (kind: 'succeeded' | 'failed' | 'stopped', code?: string): AttemptView => ({
  ...attempt,
  outcome: { kind, reportedAtMs: 900, code, message: code && `because of ${code}` },
});

describe('a job that has no gang', () => {
  it.each([
    ['submitted', { do: 'plan' }],
    ['planned', { do: 'enqueue' }],
    ['queued', { do: 'nothing' }],
    ['admitted', { do: 'launch' }],
  ] as const)('goes forward from %s', (state, action) => {
    expect(nextAction(job({ state }), world())).toEqual(action);
  });

  it.each(['submitted', 'planned', 'queued', 'admitted', 'recovering', 'launching', 'running'] as const)(
    'is cancelled at once in %s',
    (state) => {
      expect(nextAction(job({ state, cancelRequested: true }), world())).toEqual({ do: 'end', state: 'cancelled' });
    },
  );
});

describe('a gang that runs', () => {
  it('is running once it has been heard of', () => {
    expect(nextAction(job({ state: 'launching' }), world({ gang: 'running' }))).toEqual({ do: 'run' });
    expect(nextAction(job({ state: 'launching', attempt: { ...attempt, heardOf: false } }), world({ gang: 'running' }))).toEqual({
      do: 'nothing',
    });
    expect(nextAction(job({}), world({ gang: 'running' }))).toEqual({ do: 'nothing' });
  });

  it('is launched again only to make sure when its controller died in between', () => {
    expect(nextAction(job({ state: 'admitted' }), world({ gang: 'running' }))).toEqual({ do: 'launch' });
  });

  it('is given time to leave when it is cancelled or over time, and the job ends when it has left', () => {
    for (const changes of [{ cancelRequested: true }, { maxDurationMs: 500 }] as Partial<JobView>[]) {
      for (const state of ['launching', 'running'] as const) {
        expect(nextAction(job({ state, ...changes }), world({ gang: 'running' }))).toEqual({ do: 'stopGang', graceSeconds: 30 });
        expect(nextAction(job({ state, ...changes }), world({ gang: 'stopping' }))).toEqual({ do: 'nothing' });
      }
    }
    expect(nextAction(job({ maxDurationMs: 500, attempt: finished('stopped') }), world())).toMatchObject({
      do: 'end',
      state: 'failed',
      reason: { code: 'max_duration_exceeded' },
    });
    expect(nextAction(job({ cancelRequested: true, attempt: finished('stopped') }), world())).toEqual({ do: 'end', state: 'cancelled' });
  });

  it('is over time when it and the attempts before it ran too long, without what lay between', () => {
    const long = { maxDurationMs: 5000, attempt: { ...attempt, launchedAtMs: 100_000, seenAliveAtMs: 103_000 } };
    const at = (nowMs: number, gang: World['gang'] = 'running') => world({ nowMs, gang });
    expect(nextAction(job(long), at(105_000))).toEqual({ do: 'nothing' });
    expect(nextAction(job(long), at(105_001))).toMatchObject({ do: 'stopGang' });
    expect(nextAction(job({ ...long, ranBeforeMs: 2000 }), at(103_001))).toMatchObject({ do: 'stopGang' });
    // The product was down for a day: the gang ran for 3 s.
    const dayLater = at(86_400_000, 'absent');
    expect(nextAction(job(long), dayLater)).toMatchObject({ do: 'recover' });
    expect(nextAction(job({ ...long, ranBeforeMs: 2001 }), dayLater)).toMatchObject({
      do: 'end',
      reason: { code: 'max_duration_exceeded' },
    });
    expect(nextAction(job({ ...long, attempt: { ...attempt, launchedAtMs: undefined } }), at(1e9))).toEqual({ do: 'nothing' });
  });

  it('is taken away when it stays after it has reported its end', () => {
    const done = job({ attempt: finished('succeeded') });
    expect(nextAction(done, world({ gang: 'running' }))).toEqual({ do: 'nothing' });
    expect(nextAction(done, world({ gang: 'running', nowMs: 20_000 }))).toEqual({ do: 'stopGang', graceSeconds: 0 });
  });

  const quiet = (wordMs: number, stepMs = 0) => world({ gang: 'running', silence: { wordMs, stepMs } });
  const away = { do: 'stopGang', graceSeconds: 0 };

  it('is taken away when it is not heard of any more, or never was', () => {
    expect(nextAction(job({}), quiet(60_000))).toEqual({ do: 'nothing' });
    expect(nextAction(job({}), quiet(60_001))).toEqual(away);
    const never = job({ state: 'launching', attempt: { ...attempt, heardOf: false } });
    expect(nextAction(never, quiet(300_000))).toEqual({ do: 'nothing' });
    expect(nextAction(never, quiet(300_001))).toEqual(away);
  });

  it('is taken away when it makes no step for an hour and the time of a thousand steps', () => {
    expect(nextAction(job({}), quiet(0, 3_600_000))).toEqual({ do: 'nothing' });
    expect(nextAction(job({}), quiet(0, 3_600_001))).toEqual(away);
    const slow = job({ stepTimeMs: 10_000 });
    expect(nextAction(slow, quiet(0, 10_000_000))).toEqual({ do: 'nothing' });
    expect(nextAction(slow, quiet(0, 10_000_001))).toEqual(away);
    // However long it prepares its data.
    expect(nextAction(job({ attempt: { ...attempt, stepped: false } }), quiet(0, 1e9))).toEqual({ do: 'nothing' });
  });
});

describe('a gang that has ended', () => {
  it('succeeded when it said so, also when it was cancelled or over time by then', () => {
    for (const changes of [{}, { cancelRequested: true }, { maxDurationMs: 1 }] as Partial<JobView>[])
      expect(nextAction(job({ attempt: finished('succeeded'), ...changes }), world())).toEqual({ do: 'end', state: 'succeeded' });
  });

  it('has run, also when it was over before anyone looked', () => {
    for (const kind of ['succeeded', 'failed', 'stopped'] as const)
      expect(nextAction(job({ state: 'launching', attempt: finished(kind) }), world())).toEqual({ do: 'run' });
  });

  it('fails its job for a cause that trying again does not remove', () => {
    expect(nextAction(job({ attempt: finished('failed', 'nan_loss') }), world())).toEqual({
      do: 'end',
      state: 'failed',
      reason: { code: 'nan_loss', message: 'because of nan_loss' },
    });
  });

  it('is recovered after a crash, a stop that nobody asked for, or silence', () => {
    expect(nextAction(job({ attempt: finished('failed', 'rank_failed') }), world())).toMatchObject({
      do: 'recover',
      reason: { code: 'rank_failed' },
    });
    expect(nextAction(job({ attempt: finished('stopped') }), world())).toMatchObject({ do: 'recover', reason: { code: 'gang_stopped' } });
    for (const state of ['launching', 'running'] as const)
      expect(nextAction(job({ state }), world())).toMatchObject({ do: 'recover', reason: { code: 'gang_lost' } });
    for (const [code, silence] of [
      ['gang_silent', { wordMs: 65_000, stepMs: 0 }],
      ['gang_stalled', { wordMs: 0, stepMs: 4_000_000 }],
    ] as const)
      expect(nextAction(job({}), world({ silence }))).toMatchObject({ do: 'recover', reason: { code } });
  });
});

describe('recovering', () => {
  const recovering = (changes: Partial<JobView>) => nextAction(job({ state: 'recovering', ...changes }), world());

  it('waits until nothing of the old gang is left', () => {
    expect(nextAction(job({ state: 'recovering' }), world({ gang: 'running' }))).toEqual({ do: 'stopGang', graceSeconds: 0 });
  });

  it('tries again at once the first time, then later and later while no step is made', () => {
    expect([0, 1, 2, 3, 4, 20].map(backOffMs)).toEqual([0, 0, 1000, 2000, 4000, 60_000]);
    expect(recovering({ restarts: 1, restartsWithoutProgress: 1 })).toEqual({ do: 'requeue', notBeforeMs: 1000 });
    expect(recovering({ restarts: 3, restartsWithoutProgress: 3 })).toEqual({ do: 'requeue', notBeforeMs: 3000 });
    expect(recovering({ restarts: 3, restartsWithoutProgress: 0 })).toEqual({ do: 'requeue', notBeforeMs: 1000 });
  });

  it('ends when the restarts are used up', () => {
    expect(recovering({ restarts: 10 })).toMatchObject({ do: 'requeue' });
    expect(recovering({ restarts: 11 })).toMatchObject({ do: 'end', state: 'failed', reason: { code: 'too_many_restarts' } });
    expect(recovering({ restarts: 1, maxRestarts: 0 })).toMatchObject({ do: 'end', state: 'failed' });
  });
});

describe('a job that has ended', () => {
  it.each(['succeeded', 'failed', 'cancelled'] as const)('leaves nothing running: %s', (state) => {
    expect(nextAction(job({ state }), world({ gang: 'running' }))).toEqual({ do: 'stopGang', graceSeconds: 0 });
    expect(nextAction(job({ state }), world())).toEqual({ do: 'nothing' });
  });
});

describe('whatever the job and the world', () => {
  const anyJob = fc.record({
    state: fc.constantFrom(
      'submitted',
      'planned',
      'queued',
      'admitted',
      'launching',
      'running',
      'recovering',
      'succeeded',
      'failed',
      'cancelled',
    ),
    cancelRequested: fc.boolean(),
    maxRestarts: fc.nat(2),
    restarts: fc.nat(3),
    restartsWithoutProgress: fc.nat(3),
    maxDurationMs: fc.option(fc.nat(2000), { nil: undefined }),
    ranBeforeMs: fc.nat(2000),
    stepTimeMs: fc.option(fc.nat(2000), { nil: undefined }),
    attempt: fc.option(
      fc.record({
        launchedAtMs: fc.option(fc.nat(2000), { nil: undefined }),
        seenAliveAtMs: fc.option(fc.nat(2000), { nil: undefined }),
        heardOf: fc.boolean(),
        stepped: fc.boolean(),
        outcome: fc.option(
          fc.record({
            kind: fc.constantFrom('succeeded', 'failed', 'stopped'),
            reportedAtMs: fc.nat(2000),
            code: fc.constantFrom(undefined, 'nan_loss', 'rank_failed'),
            message: fc.constant(undefined),
          }),
          { nil: undefined },
        ),
      }),
      { nil: undefined },
    ),
  });
  const anyWorld = fc
    .record({
      nowMs: fc.nat(1_000_000),
      gang: fc.constantFrom('absent', 'running', 'stopping'),
      silence: fc.record({ wordMs: fc.nat(1_000_000), stepMs: fc.nat(10_000_000) }),
    })
    .map(world);

  it('a job only ends, or goes back to the queue, when nothing of its gang is left', () => {
    fc.assert(
      fc.property(anyJob, anyWorld, (view, around) => {
        const action = nextAction(view, around);
        const early = ['submitted', 'planned', 'queued'].includes(view.state);
        if (around.gang !== 'absent' && !early) expect(['end', 'recover', 'requeue']).not.toContain(action.do);
      }),
    );
  });

  it('what has ended stays as it ended', () => {
    fc.assert(
      fc.property(anyJob, anyWorld, (view, around) => {
        if (!['succeeded', 'failed', 'cancelled'].includes(view.state)) return;
        expect(['nothing', 'stopGang']).toContain(nextAction(view, around).do);
      }),
    );
  });

  it('a cancelled job is never placed, launched or queued again', () => {
    fc.assert(
      fc.property(anyJob, anyWorld, (view, around) => {
        expect(['plan', 'enqueue', 'launch', 'requeue']).not.toContain(nextAction({ ...view, cancelRequested: true }, around).do);
      }),
    );
  });
});
