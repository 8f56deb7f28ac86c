import type { Job } from '@massif/contracts';
import { formatCount, formatSeconds } from './values.ts';

/** Where a job is, in one line; the phase changes seldom, the line often. */
export interface ProgressLine {
  phase: string;
  text: string;
}

/** `step 144/400  loss 4.7497  held-out 4.9173  25,007 tokens/s  42 s left`, or before the first step what it is doing. */
export function progressLine({ state, reason, progress, attempt }: Pick<Job, 'state' | 'reason' | 'progress' | 'attempt'>): ProgressLine {
  const because = reason ? `: ${reason.message}` : '';
  switch (state) {
    case 'submitted':
    case 'planned':
    case 'queued':
      return { phase: state, text: `waiting for devices${because}` };
    case 'admitted':
    case 'launching':
      return { phase: `launching ${attempt}`, text: 'starting the ranks' };
    case 'recovering':
      return { phase: `recovering ${attempt}`, text: `recovering${because}` };
    case 'running':
      if (!progress)
        return { phase: `preparing ${attempt}`, text: 'preparing the data and compiling kernels, which are kept for the next time' };
      return { phase: 'training', text: trainingLine(progress) };
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      // However short it was: how far it came.
      return {
        phase: state,
        text: `${state}${progress ? ` at ${trainingLine({ ...progress, tokensPerSecond: null, etaSeconds: null })}` : ''}${because}`,
      };
    default:
      return state satisfies never;
  }
}

function trainingLine({ step, steps, loss, tokensPerSecond, etaSeconds, evaluationLoss }: NonNullable<Job['progress']>): string {
  const total = steps === null ? '' : `/${steps}`;
  return [
    `step ${String(step).padStart(String(steps ?? step).length)}${total}`,
    loss === null ? undefined : `loss ${loss.toFixed(4)}`,
    evaluationLoss === null ? undefined : `held-out ${evaluationLoss.toFixed(4)}`,
    tokensPerSecond === null ? undefined : `${formatCount(tokensPerSecond)} tokens/s`,
    etaSeconds === null ? undefined : `${formatSeconds(etaSeconds)} left`,
  ]
    .filter((part) => part !== undefined)
    .join('  ');
}

export interface ProgressDisplay {
  show(line: ProgressLine): void;
  /** A line that stays. */
  say(text: string): void;
  /** Leaves the last line as it is; what follows begins on a new one. */
  end(): void;
}

export interface DisplayOptions {
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** Where lines cannot be replaced, one is written this often, and at each change of the phase. */
  everyMs?: number;
  now?: () => number;
}

/** On a terminal one line that changes, elsewhere a line every few seconds. */
export function createProgressDisplay({ stream, everyMs = 5000, now = () => performance.now() }: DisplayOptions): ProgressDisplay {
  let open = false;
  let last: ProgressLine | undefined;
  let writtenAtMs = -Infinity;

  const end = () => {
    if (open) stream.write('\n');
    open = false;
  };

  return {
    show: (line) => {
      if (last?.phase === line.phase && last.text === line.text) return;
      if (stream.isTTY) {
        stream.write(`\r\u{1B}[2K${line.text.slice(0, (stream.columns || 80) - 1)}`);
        open = true;
      } else {
        if (last?.phase === line.phase && now() - writtenAtMs < everyMs) return;
        stream.write(`${line.text}\n`);
        writtenAtMs = now();
      }
      last = line;
    },
    say: (text) => {
      end();
      stream.write(`${text}\n`);
    },
    end,
  };
}
