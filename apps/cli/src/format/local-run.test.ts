import { expect, it } from 'vitest';
import { trackLocalRun } from './local-run.ts';

function start() {
  let nowMs = 0;
  const run = trackLocalRun({ now: () => nowMs });
  /** Steps [first, first + count) of 100 tokens, each after `stepMs`. */
  const steps = (first: number, count: number, stepMs: number) => {
    for (let step = first; step < first + count; step++) {
      nowMs += stepMs;
      run.told({ step, loss: 5 - step / 1000, tokens: (step + 1) * 100 });
    }
  };
  return { ...run, steps };
}

it('counts steps from 1, and tells the rate of the last seconds and the time that is left', () => {
  const { begin, told, steps, progress } = start();
  expect(progress()).toBeNull();
  begin(1000);
  steps(0, 1, 3000);
  expect(progress()).toEqual({ step: 1, steps: 1000, loss: 5, evaluationLoss: null, tokens: 100, tokensPerSecond: null, etaSeconds: null });
  steps(1, 99, 100);
  told({ step: 100, evaluation: 4.5 });
  expect(progress()).toMatchObject({ step: 100, evaluationLoss: 4.5, tokensPerSecond: 1000, etaSeconds: 90 });
  // What JSON makes of a number that is none.
  told({ step: 100, evaluation: null });
  expect(progress()).toMatchObject({ step: 100, evaluationLoss: null, tokensPerSecond: 1000 });
  // Ten times slower: after a while the rate is the new one.
  steps(100, 20, 1000);
  expect(progress()).toMatchObject({ step: 120, tokensPerSecond: 100, etaSeconds: 880 });
});

it('says what an interruption leaves behind', () => {
  const { begin, steps, whatIsLost } = start();
  expect(whatIsLost('/m')).toBe('interrupted before the first step; nothing was written');
  begin(20);
  steps(0, 7, 1);
  expect(whatIsLost('/m')).toBe('interrupted after step 7 of 20; --local keeps no checkpoints, nothing was written');
  steps(7, 13, 1);
  expect(whatIsLost('/m')).toMatch(/^interrupted after step 20 of 20, while the model was written: \/m has it whole/);
});
