import { metricColumns, type CheckpointCommit, type Finish, type FrameReply, type MetricColumn } from '@massif/contracts';
import type { Route } from './api.ts';

/** One thing to say to the API; `told` when it has answered. */
export interface Item {
  route: Exclude<Route, 'heartbeat'>;
  body: unknown;
  told(reply: unknown): void;
}

/** What a gang did and has not told yet, in the order in which it must be told: everything up to a checkpoint before its commit. */
export interface Outbox {
  step(row: { step: number } & Record<MetricColumn, number>): void;
  evaluation(row: { step: number; loss: number }): void;
  log(line: { rank: number; line: string }): void;
  checkpoint(commit: CheckpointCommit): void;
  /** The last word. */
  finish(report: Finish): void;
  /** What to say next, the same again until it is told; undefined when nothing is due. A frame that something waits behind is. */
  next(due: { frame: boolean }): Item | undefined;
}

interface Frame {
  rows: number[][];
  evaluations: { step: number; loss: number }[];
  logs: { rank: number; time: string; stream: 'system'; line: string }[];
  /** It is on its way. */
  isClosed: boolean;
}

const rowsMax = 2000;
const columns = ['step', ...metricColumns] as const;

/** @param numbersKnown whether nobody else has sent frames of this attempt */
export function createOutbox({ numbersKnown }: { numbersKnown: boolean }): Outbox {
  const queue: (Frame | CheckpointCommit)[] = [];
  let report: Finish | undefined;
  /** Of the last frame that was taken in. */
  let seq = numbersKnown ? 0 : undefined;

  const frame = (): Frame => {
    const last = queue.at(-1);
    if (last && 'rows' in last && !last.isClosed && last.rows.length < rowsMax) return last;
    const fresh: Frame = { rows: [], evaluations: [], logs: [], isClosed: false };
    queue.push(fresh);
    return fresh;
  };

  const send = (number: number, { rows, evaluations, logs }: Omit<Frame, 'isClosed'>, onTaken: () => void): Item => ({
    route: 'frames',
    body: { seq: number, metrics: { columns, rows }, evaluations, logs },
    told: (reply) => {
      seq = (reply as FrameReply).ackSeq;
      if (seq === number) onTaken();
    },
  });

  return {
    step: (row) => void frame().rows.push(columns.map((column) => row[column])),
    evaluation: (row) => void frame().evaluations.push(row),
    log: ({ rank, line }) => void frame().logs.push({ rank, time: new Date().toISOString(), stream: 'system', line }),
    checkpoint: (commit) => void queue.push(commit),
    finish: (last) => void (report = last),
    next: (due) => {
      const head = queue[0];
      if (!head) return report && { route: 'finish', body: report, told: () => (report = undefined) };
      if (!('rows' in head)) return { route: 'checkpoints', body: head, told: () => void queue.shift() };
      if (!due.frame && queue.length === 1 && !report) return undefined;
      // A frame that was taken in before changes nothing and tells its number.
      if (seq === undefined) return send(1, { rows: [], evaluations: [], logs: [] }, () => {});
      head.isClosed = true;
      return send(seq + 1, head, () => void queue.shift());
    },
  };
}
