import { isAbsolute, join } from 'node:path';
import { AppError, checkSupported, toAppError, type Finish, type SupervisorFile } from '@massif/contracts';
import type { Logger } from 'pino';
import { connectControlPlane, type ControlPlane } from '../control-plane/client.ts';
import { createOutbox, type Outbox } from '../control-plane/outbox.ts';
import type { WorkerEnvironment } from '../env.ts';
import { describeGang } from '../gang/describe.ts';
import { startGang, type Gang, type GangResult } from '../gang/gang.ts';
import type { CheckpointRecord, FromRank } from '../gang/protocol.ts';
import type { RankJob } from '../job/job.ts';
import { resolveJob } from '../job/resolve.ts';
import { startHeartbeat } from './heartbeat.ts';
import { publishModel } from './model.ts';
import { trackRanks, type Ranks } from './ranks.ts';
import { createTrainingLog } from './training-log.ts';

export interface SupervisorOptions {
  environment: WorkerEnvironment;
  log: Logger;
  rankProgram: string;
}

export interface Supervised {
  /** Asks the gang to write a checkpoint and leave. */
  stop(): void;
  /** Resolves when the control plane has been told how the attempt ended, or when it belongs to somebody else by now. */
  ended: Promise<void>;
}

/**
 * Runs the gang of one attempt and tells the control plane about it: heartbeats, metrics, logs, checkpoints, the end.
 * The gang never waits for the control plane; what cannot be delivered now is delivered later.
 */
export function superviseAttempt(file: SupervisorFile, { environment, log, rankProgram }: SupervisorOptions): Supervised {
  const controlPlane = connectControlPlane(file);
  const ranks = trackRanks(file);
  const fenced = Promise.withResolvers<void>();
  let gang: Gang | undefined;
  let stopping = false;
  let killedEarly = false;

  /** The control plane has spoken: this attempt is over, or we no longer understand each other. */
  const abandon = (error: unknown) => {
    log.warn({ err: error }, 'the attempt is given up');
    gang?.kill();
    fenced.resolve();
  };
  const outbox = createOutbox(controlPlane, { onError: abandon });
  const sayOf = (rank: number) => (line: string) => {
    log.info(line);
    outbox.log({ rank, time: new Date().toISOString(), stream: 'system', line });
  };
  const say = sayOf(-1);
  const trainingLog = createTrainingLog({ say: sayOf(0) });
  const stop = () => {
    if (stopping) return;
    stopping = true;
    say('asked to stop');
    // Ranks that still prepare their data look at nothing else, for as long as it takes, and have nothing to save.
    if (ranks.hasStepped()) return gang?.stop();
    killedEarly = true;
    gang?.kill();
  };
  const heartbeat = startHeartbeat(controlPlane, { ranks, onStop: stop, onFenced: abandon });

  let commits = Promise.resolve();
  /** From the job to the end of its gang. */
  const run = async (): Promise<GangResult> => {
    const job = await jobOf(file, environment);
    if (stopping) return { outcome: 'stopped', step: ranks.step() };
    say(
      `attempt ${file.attempt}: ${describeGang(file.ranks, { threads: file.threadsPerDevice, layout: file.layout })}${file.resumeFrom === null ? '' : `, from ${file.resumeFrom}`}`,
    );
    gang = startGang<RankJob>({
      program: rankProgram,
      size: file.ranks,
      job,
      environment: environment.inherited,
      host: job.host,
      onStarted: ranks.started,
      onLog: (rank, stream, line) => outbox.log({ rank, time: new Date().toISOString(), stream, line }),
      onMessage: (rank, message) => {
        const checkpoint = relay(rank, message, { outbox, ranks });
        trainingLog.told(message);
        if (!checkpoint) return;
        commits = commits.then(() => commit(checkpoint, { outbox, controlPlane }));
        commits.catch(abandon);
      },
    });
    const result = await gang.result;
    return killedEarly && result.outcome === 'failed' && result.code === 'rank_failed'
      ? { outcome: 'stopped', step: ranks.step() }
      : result;
  };
  const supervise = async () => {
    const result = await run().catch(failureOf);
    await commits;
    trainingLog.end();
    say(describeEnd(result));
    // Acknowledged with our token: the attempt is still the current one, so its model is the job's.
    await outbox.flush();
    const report = await reportOf(result, { file, step: ranks.step() }).catch((error: unknown) =>
      reportOf(failureOf(error), { file, step: ranks.step() }),
    );
    await controlPlane.deliver('finish', report);
    log.info({ outcome: report.outcome, step: report.step }, 'the end is reported');
  };

  const ended = Promise.race([supervise().catch(abandon), fenced.promise]).then(async () => {
    heartbeat.close();
    outbox.close();
    await gang?.result;
    ranks.close();
  });
  return { stop, ended };
}

function describeEnd(result: GangResult): string {
  if (result.outcome === 'failed') return `failed: ${result.code}: ${result.message}`;
  const { outcome, step, model } = result;
  return `${outcome} at step ${step}${model?.loss === undefined ? '' : `, held-out loss ${model.loss.toFixed(4)}`}`;
}

/** What went wrong outside the ranks. */
function failureOf(error: unknown): Extract<GangResult, { outcome: 'failed' }> {
  const { code, message, retryable } = toAppError(error);
  return { outcome: 'failed', rank: -1, code, message, retryable };
}

async function jobOf(file: SupervisorFile, environment: WorkerEnvironment): Promise<RankJob> {
  checkSupported(file.spec);
  const { spec, source } = await resolveJob(file.spec, (path, field) => {
    if (isAbsolute(path)) return path;
    throw new AppError('data_path_forbidden', `${field}: ${path} is not absolute`, { context: { path: field } });
  });
  const { directories, layout, threadsPerDevice, resumeFrom } = file;
  return {
    spec,
    layout,
    source,
    threads: threadsPerDevice,
    host: '127.0.0.1',
    // Of this attempt alone: what an older one is still writing is not mixed up with ours.
    directories: { data: join(directories.home, 'data'), checkpoints: directories.attempt, model: join(directories.attempt, 'model') },
    ...(resumeFrom === null ? {} : { resumeFrom }),
    native: environment.native,
  };
}

/** Hands on what a rank reports. @returns a checkpoint, which is to be committed */
function relay(rank: number, message: FromRank, { outbox, ranks }: { outbox: Outbox; ranks: Ranks }): CheckpointRecord | undefined {
  switch (message.type) {
    case 'step':
      ranks.stepped(message.step);
      outbox.step(message);
      return;
    case 'evaluation':
      outbox.evaluation({ step: message.step, loss: message.loss });
      return;
    case 'running':
      ranks.became(rank, 'running');
      return;
    case 'done':
      ranks.became(rank, message.outcome === 'stopped' ? 'stopped' : 'done');
      return;
    case 'checkpoint':
      return message;
    case 'begin':
    case 'listening':
    case 'failed':
      return;
    default:
      message satisfies never;
  }
}

/** A committed checkpoint never leads the loss series: everything up to it is acknowledged before. */
async function commit(
  { step, path, bytes, files }: CheckpointRecord,
  { outbox, controlPlane }: { outbox: Outbox; controlPlane: ControlPlane },
): Promise<void> {
  await outbox.flush();
  await controlPlane.deliver('checkpoints', { step, path, bytes, files });
}

async function reportOf(result: GangResult, { file, step }: { file: SupervisorFile; step: number }): Promise<Finish> {
  if (result.outcome === 'failed') return { outcome: 'failed', code: result.code, message: result.message, step };
  const { outcome, sample } = result;
  const model = result.model && { ...result.model, path: await publishModel(result.model.path, join(file.directories.job, 'model')) };
  return { outcome, step: result.step, ...(model ? { model } : {}), ...(sample === undefined ? {} : { sample }) };
}
