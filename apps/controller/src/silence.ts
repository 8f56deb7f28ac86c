import type { Attempt } from '@massif/store';

/** How long nothing new came from an attempt, in time during which it could have been heard. */
export interface Silence {
  /** Since the last word of its supervisor. */
  wordMs: number;
  /** Since it reported a further step. */
  stepMs: number;
}

export interface SilenceClock {
  /** Told every few seconds whether the API takes what supervisors say. */
  probed(answers: boolean): void;
  of(attempt: Pick<Attempt, 'id' | 'heartbeatAt' | 'step'>): Silence;
  forget(attemptId: string): void;
}

/** One probe vouches for no more than this: a controller that was stopped in between knows nothing of the time. */
const vouchesForMs = 10_000;

interface Heard {
  word: number;
  wordAtMs: number;
  step: number;
  stepAtMs: number;
}

/**
 * Measures silence on a clock that runs only between two probes which the API answered: while the API, the database or this
 * controller is away nobody can be heard, and nobody is blamed for it. What counts is that something changed, so the clocks
 * of other machines do not matter.
 */
export function createSilenceClock({ now = () => performance.now() }: { now?: () => number } = {}): SilenceClock {
  const attempts = new Map<string, Heard>();
  let audibleMs = 0;
  let answeredAtMs: number | undefined;
  return {
    probed: (answers) => {
      const atMs = now();
      if (answers && answeredAtMs !== undefined) audibleMs += Math.min(atMs - answeredAtMs, vouchesForMs);
      answeredAtMs = answers ? atMs : undefined;
    },
    of: ({ id, heartbeatAt, step: reported }) => {
      const word = heartbeatAt?.getTime() ?? 0;
      const step = reported ?? -1;
      const before = attempts.get(id);
      const heard = {
        word,
        wordAtMs: before?.word === word ? before.wordAtMs : audibleMs,
        step,
        stepAtMs: before?.step === step ? before.stepAtMs : audibleMs,
      };
      attempts.set(id, heard);
      return { wordMs: audibleMs - heard.wordAtMs, stepMs: audibleMs - heard.stepAtMs };
    },
    forget: (attemptId) => void attempts.delete(attemptId),
  };
}
