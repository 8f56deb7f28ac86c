import { AppError, metricColumns, type FrameReply, type MetricsFrame } from '@massif/contracts';
import type { StepRecord } from '@massif/trainer';
import type { ControlPlane } from './client.ts';

export interface LogRecord {
  rank: number;
  time: string;
  stream: 'stdout' | 'stderr' | 'system';
  line: string;
}

/** What a rank reported, on its way to the API: batched into numbered frames, each sent until it is acknowledged. */
export interface Outbox {
  step(record: StepRecord): void;
  evaluation(record: { step: number; loss: number }): void;
  log(record: LogRecord): void;
  /** Resolves when everything handed in so far is acknowledged. */
  flush(): Promise<void>;
  /** Ends the periodic sending; what is left is sent by `flush`. */
  close(): void;
}

const sendEveryMs = 1000;
/** Logs are best effort: a rank that prints without end while the API is away must not fill the memory. */
const waitingLogsMax = 20_000;
const rowsPerFrameMax = 2000;
/** A frame must stay well below what the API takes in one request. */
const logCharactersPerFrameMax = 1 << 20;
const lineCharactersMax = 16_384;

export function createOutbox(controlPlane: ControlPlane, { onError }: { onError(error: unknown): void }): Outbox {
  const steps: number[][] = [];
  const evaluations: { step: number; loss: number }[] = [];
  const logs: LogRecord[] = [];
  let seq = 0;
  let sending: Promise<void> = Promise.resolve();

  const takeFrame = (): MetricsFrame | undefined => {
    if (steps.length === 0 && evaluations.length === 0 && logs.length === 0) return undefined;
    const frame: MetricsFrame = {
      seq: ++seq,
      metrics: { columns: ['step', ...metricColumns], rows: steps.splice(0, rowsPerFrameMax) },
      evaluations: evaluations.splice(0, rowsPerFrameMax),
      logs: logs.splice(0, logsOfFrame(logs)),
    };
    return frame;
  };
  const sendAll = async () => {
    for (let frame = takeFrame(); frame; frame = takeFrame()) {
      const { ackSeq } = await controlPlane.deliver<FrameReply>('frames', frame);
      // One frame at a time, each sent until it is answered. Anything else means that a frame is not, or not only, ours.
      if (ackSeq !== frame.seq) throw new AppError('internal', `the API acknowledged frame ${ackSeq} when it was sent frame ${frame.seq}`);
    }
  };
  const flush = () => {
    sending = sending.then(sendAll);
    return sending;
  };
  let idle = true;
  const timer = setInterval(() => {
    // One sender at a time: while the API is away the frames wait, they do not pile up as requests.
    if (!idle) return;
    idle = false;
    flush().then(
      () => (idle = true),
      (error: unknown) => onError(error),
    );
  }, sendEveryMs);

  return {
    step: (record) => {
      const values: Record<(typeof metricColumns)[number], number> = { ...record, deviceBytes: record.memory.deviceBytes };
      steps.push([record.step, ...metricColumns.map((column) => values[column])]);
    },
    evaluation: (record) => void evaluations.push(record),
    log: (record) => {
      if (logs.length < waitingLogsMax) logs.push({ ...record, line: record.line.slice(0, lineCharactersMax) });
    },
    flush,
    close: () => clearInterval(timer),
  };
}

/** How many of the waiting lines go into one frame. */
function logsOfFrame(logs: readonly LogRecord[]): number {
  let characters = 0;
  let count = 0;
  while (count < Math.min(logs.length, rowsPerFrameMax) && characters <= logCharactersPerFrameMax) characters += logs[count++]!.line.length;
  return count;
}
