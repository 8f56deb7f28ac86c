import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { FromRank, RankOutcome, ToRank } from './protocol.ts';

export interface GangOptions<Job> {
  /** The program of a rank, run by this Node. */
  program: string;
  size: number;
  job: Job;
  /** Environment of the ranks. */
  environment: Record<string, string | undefined>;
  /** Address on which the ranks of this gang meet. */
  host: string;
  onMessage(rank: number, message: FromRank): void;
  onLog(rank: number, stream: 'stdout' | 'stderr', line: string): void;
  onStarted?(rank: number, pid: number): void;
}

/** How a gang ended. A failed gang names the rank that failed first; the others were ended because of it. */
export type GangResult = ({ outcome: 'succeeded' | 'stopped' } & RankOutcome) | Failure;

type Failure = { outcome: 'failed'; rank: number; code: string; message: string; retryable: boolean };

export interface Gang {
  readonly result: Promise<GangResult>;
  /** Asks all ranks to agree on a step, write a checkpoint and leave. */
  stop(): void;
  /** Ends every rank at once. */
  kill(): void;
}

/** How long a rank that blames a peer is believed to be early, also on a busy machine: the exit of the peer itself names the right one. */
const blameAfterMs = 1000;

/**
 * Starts one process per rank, lets them meet, and ends all of them as soon as one fails: a gang lives and dies whole.
 * Rank 0's outcome is the gang's.
 */
export function startGang<Job>({ program, size, job, environment, host, onMessage, onLog, onStarted }: GangOptions<Job>): Gang {
  const children: ChildProcess[] = [];
  const outcomes = new Map<number, RankOutcome>();
  const ports = new Map<number, number>();
  const reported = new Map<number, Failure>();
  let running = size;
  const secret = randomBytes(32).toString('hex');
  let failure: Failure | undefined;
  let stopping = false;

  const send = (rank: number, message: ToRank<Job>) => {
    // A rank that has just died cannot be written to; its exit tells the rest.
    children[rank]?.send(message, () => {});
  };
  const kill = () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  };

  const { promise: result, resolve } = Promise.withResolvers<GangResult>();

  const fail = (cause: Failure) => {
    // A rank whose peer died reports the peer; the peer's own exit says more, so a direct cause replaces a reported one.
    if (!failure || (failure.code === 'rank_failed' && cause.code !== 'rank_failed')) failure = cause;
    kill();
  };

  const receive = (rank: number, message: FromRank) => {
    switch (message.type) {
      case 'listening':
        ports.set(rank, message.port);
        if (ports.size === size) {
          const addresses = Array.from({ length: size }, (_, index) => `${host}:${ports.get(index)}`);
          for (let peer = 0; peer < size; peer++) send(peer, { type: 'rendezvous', addresses, secret });
        }
        break;
      case 'done':
        outcomes.set(rank, message);
        break;
      case 'failed':
        reported.set(rank, causeOf(rank, message));
        // When we were kept from looking ourselves, exits that are still to be told come first.
        setTimeout(() => setImmediate(() => fail(causeOf(rank, message))), message.code === 'rank_failed' ? blameAfterMs : 0).unref();
        break;
      default:
        break;
    }
    onMessage(rank, message);
  };

  const leave = (rank: number, how: string) => {
    // One that has said why it fails is ended by us.
    if (!outcomes.has(rank) && !reported.has(rank) && !failure) fail(crash(rank, how));
  };
  const exited = (rank: number, code: number | null, signal: string | null) => {
    // A rank that exited in order may have said so in a message that is still to come.
    if (signal !== null || code !== 0) leave(rank, signal === null ? `exited with status ${code}` : `was killed by ${signal}`);
  };
  /** Its output and messages have been read to the end. */
  const closed = (rank: number) => {
    leave(rank, 'left before it was done');
    if (--running === 0) resolve(failure ?? [...reported.values()][0] ?? { ...outcomes.get(0)! });
  };

  for (let rank = 0; rank < size; rank++) {
    const child = fork(program, [], { env: environment, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    children.push(child);
    if (child.pid !== undefined) onStarted?.(rank, child.pid);
    child.on('message', (message) => receive(rank, message as FromRank));
    child.on('exit', (code, signal) => exited(rank, code, signal));
    child.on('close', () => closed(rank));
    child.on('error', (error) => fail(crash(rank, `could not be started: ${error.message}`)));
    for (const stream of ['stdout', 'stderr'] as const)
      createInterface({ input: child[stream]! }).on('line', (line) => onLog(rank, stream, line));
    send(rank, { type: 'start', assignment: { rank, size, job } });
  }

  return {
    result,
    stop: () => {
      if (stopping) return;
      stopping = true;
      for (let rank = 0; rank < size; rank++) send(rank, { type: 'stop' });
    },
    kill,
  };
}

const causeOf = (rank: number, { code, message, retryable }: Extract<FromRank, { type: 'failed' }>): Failure => ({
  outcome: 'failed',
  rank,
  code,
  message,
  retryable,
});

const crash = (rank: number, how: string): Failure => ({
  outcome: 'failed',
  rank,
  code: 'rank_failed',
  message: `rank ${rank} ${how}`,
  retryable: true,
});
