import { expect, it } from 'vitest';
import { createSilenceClock } from './silence.ts';

function setUp() {
  let nowMs = 0;
  const clock = createSilenceClock({ now: () => nowMs });
  const attempt = { id: 'attempt_a', heartbeatAt: new Date(5000) as Date | null, step: null as number | null };
  return {
    clock,
    attempt,
    /** The API answers, or not, every five seconds for so long. */
    pass: (seconds: number, answers: boolean) => {
      for (let passed = 0; passed < seconds; passed += 5) {
        nowMs += 5000;
        clock.probed(answers);
      }
    },
    leap: (seconds: number) => (nowMs += seconds * 1000),
  };
}

it('grows while the API answers and nothing comes, and begins anew with each word and each step', () => {
  const { clock, attempt, pass } = setUp();
  clock.probed(true);
  expect(clock.of(attempt)).toEqual({ wordMs: 0, stepMs: 0 });
  pass(60, true);
  expect(clock.of(attempt)).toEqual({ wordMs: 60_000, stepMs: 60_000 });
  // Whatever its clock says: it is another word.
  attempt.heartbeatAt = new Date(4000);
  expect(clock.of(attempt)).toEqual({ wordMs: 0, stepMs: 60_000 });
  attempt.step = 0;
  expect(clock.of(attempt)).toEqual({ wordMs: 0, stepMs: 0 });
});

it('does not grow while nobody could be heard', () => {
  const { clock, attempt, pass, leap } = setUp();
  clock.probed(true);
  clock.of(attempt);
  pass(20, true);
  pass(600, false);
  // The first answer after it says nothing of the time before.
  leap(3600);
  clock.probed(true);
  expect(clock.of(attempt).wordMs).toBe(20_000);
  // We ourselves were stopped.
  leap(3600);
  clock.probed(true);
  expect(clock.of(attempt).wordMs).toBe(30_000);
});

it('is of each attempt', () => {
  const { clock, attempt, pass } = setUp();
  clock.probed(true);
  clock.of(attempt);
  pass(30, true);
  expect(clock.of({ ...attempt, id: 'attempt_b' }).wordMs).toBe(0);
  expect(clock.of(attempt).wordMs).toBe(30_000);
  clock.forget(attempt.id);
  expect(clock.of(attempt).wordMs).toBe(0);
});
