import { describe, expect, it } from 'vitest';
import { createProgressDisplay, progressLine, type ProgressLine } from './progress.ts';
import { table } from './table.ts';
import { formatSeconds } from './values.ts';

const training = {
  state: 'running',
  attempt: 1,
  reason: null,
  progress: { step: 40, steps: 400, loss: 4.62, evaluationLoss: null, tokens: 163_840, tokensPerSecond: 21_300.4, etaSeconds: 69.2 },
} as const;

describe('the progress line', () => {
  it('says step, loss, rate and what is left', () => {
    expect(progressLine(training).text).toBe('step  40/400  loss 4.6200  21,300 tokens/s  1 min 9 s left');
  });

  it('leaves out what is not known yet', () => {
    const progress = { ...training.progress, steps: null, loss: null, tokensPerSecond: null, etaSeconds: null };
    expect(progressLine({ ...training, progress }).text).toBe('step 40');
  });

  it('says before the first step what is going on, and why a job waits', () => {
    expect(progressLine({ ...training, progress: null }).text).toMatch(/compiling kernels/);
    const reason = { code: 'no_free_devices', message: 'both devices are in use' };
    expect(progressLine({ ...training, state: 'queued', reason }).text).toBe('waiting for devices: both devices are in use');
  });
});

describe('the last progress line', () => {
  it('says how far the job came, however short it was', () => {
    expect(progressLine({ ...training, state: 'succeeded' }).text).toBe('succeeded at step  40/400  loss 4.6200');
    const reason = { code: 'nan_loss', message: 'the loss is NaN' };
    expect(progressLine({ ...training, state: 'failed', reason }).text).toBe('failed at step  40/400  loss 4.6200: the loss is NaN');
    expect(progressLine({ ...training, state: 'cancelled', progress: null }).text).toBe('cancelled');
  });
});

describe('the progress display', () => {
  function display(isTTY: boolean, columns = 20) {
    let text = '';
    let nowMs = 0;
    const stream = { isTTY, columns, write: (chunk: string) => (text += chunk) };
    const { show, say, end } = createProgressDisplay({ stream, everyMs: 5000, now: () => nowMs });
    return { show, say, end, text: () => text, wait: (ms: number) => (nowMs += ms) };
  }
  const line = (phase: string, text: string): ProgressLine => ({ phase, text });

  it('replaces its line on a terminal, within the width, and ends it before anything else is said', () => {
    const { show, say, text } = display(true);
    show(line('training', 'step 1'));
    show(line('training', `step 2 ${'x'.repeat(40)}`));
    say('done');
    expect(text()).toBe('\r\u{1B}[2Kstep 1\r\u{1B}[2Kstep 2 xxxxxxxxxxxx\ndone\n');
  });

  it('keeps its line whole on a terminal that does not know its width', () => {
    const { show, text } = display(true, 0);
    show(line('training', 'step 1'));
    expect(text()).toBe('\r\u{1B}[2Kstep 1');
  });

  it('writes a line every few seconds elsewhere, and at once when the phase changes', () => {
    const { show, text, wait } = display(false);
    show(line('launching', 'starting'));
    show(line('training', 'step 1'));
    wait(1000);
    show(line('training', 'step 2'));
    wait(4000);
    show(line('training', 'step 3'));
    expect(text()).toBe('starting\nstep 1\nstep 3\n');
  });
});

it('lines tables up, numbers to the right', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['a', 5],
        ['long', 1234],
      ],
    ),
  ).toBe('NAME     N\na        5\nlong  1234');
  expect(table(['name', 'x'], [['a', null]])).toBe('NAME  X\na     -');
});

it('writes times with fitting units', () => {
  expect([0.4, 41, 60, 200, 7500, 90_000].map(formatSeconds)).toEqual(['0 s', '41 s', '1 min', '3 min 20 s', '2 h 5 min', '1 d 1 h']);
});
