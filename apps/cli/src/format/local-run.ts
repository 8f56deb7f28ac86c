import type { Job } from '@massif/contracts';

type Progress = NonNullable<Job['progress']>;

/** How far a run without a control plane is, from the lines that its worker reports. */
export interface LocalRun {
  /** The data is ready, and the steps are known. */
  begin(steps: number): void;
  /** A line of a step, which count from 0, or of an evaluation. */
  told(line: Record<string, unknown>): void;
  /** Null before the first step. */
  progress(): Progress | null;
  /** What an interruption now leaves behind. */
  whatIsLost(out: string): string;
}

/** The rate is that of the last five to ten seconds. */
const windowMs = 5000;

interface Moment {
  atMs: number;
  step: number;
  tokens: number;
}

export function trackLocalRun({ now = () => performance.now() }: { now?: () => number } = {}): LocalRun {
  let steps: number | null = null;
  let last: (Moment & { loss: number }) | undefined;
  let evaluationLoss: number | null = null;
  // The rate is counted from the first; when the second is old enough it takes its place.
  let since: [Moment, Moment] | undefined;

  const stepped = (step: number, { loss, tokens }: Record<string, unknown>) => {
    last = { atMs: now(), step: step + 1, tokens: Number(tokens), loss: Number(loss) };
    since ??= [last, last];
    if (last.atMs - since[1].atMs >= windowMs) since = [since[1], last];
  };
  const rates = () => {
    const seconds = last && since ? (last.atMs - since[0].atMs) / 1000 : 0;
    if (!last || !since || seconds === 0) return { tokensPerSecond: null, etaSeconds: null };
    const stepsPerSecond = (last.step - since[0].step) / seconds;
    return {
      tokensPerSecond: (last.tokens - since[0].tokens) / seconds,
      etaSeconds: steps === null ? null : (steps - last.step) / stepsPerSecond,
    };
  };

  return {
    begin: (count) => (steps = count),
    told: (line) => {
      if ('evaluation' in line) evaluationLoss = typeof line['evaluation'] === 'number' ? line['evaluation'] : null;
      else if (typeof line['step'] === 'number') stepped(line['step'], line);
    },
    progress: () => (last ? { step: last.step, steps, loss: last.loss, evaluationLoss, tokens: last.tokens, ...rates() } : null),
    whatIsLost: (out) => {
      if (!last) return 'interrupted before the first step; nothing was written';
      if (last.step === steps)
        return `interrupted after step ${steps} of ${steps}, while the model was written: ${out} has it whole or not at all`;
      const total = steps === null ? '' : ` of ${steps}`;
      return `interrupted after step ${last.step}${total}; --local keeps no checkpoints, nothing was written`;
    },
  };
}
