import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, isErrorCode, jobSpecSchema, toAppError, type ErrorCode, checkSupported } from '@massif/contracts';
import { checkExportTarget } from '@massif/nn/files';
import { z } from 'zod';
import type { WorkerEnvironment } from '../env.ts';
import { describeBegin, describeGang } from '../gang/describe.ts';
import { startGang, type GangResult } from '../gang/gang.ts';
import type { FromRank } from '../gang/protocol.ts';
import type { RankJob } from '../job/job.ts';
import { resolveJob } from '../job/resolve.ts';
import { limitDuration } from './duration.ts';
import { chooseLayout } from './layout.ts';
import type { EngineContext } from './protocol.ts';
import { checkWritable } from './writable.ts';

const optionsSchema = z.object({
  spec: jobSpecSchema,
  /** Paths of the spec are relative to it. */
  specDirectory: z.string(),
  /** Where the model goes. */
  out: z.string(),
});

/**
 * `massif train --local`: the gang of a job without a control plane, as processes of this machine.
 * @throws AppError for what is wrong with the job before anything is started, for what its ranks report, `interrupted`
 */
export async function trainLocally(
  given: Record<string, unknown>,
  { environment, context }: { environment: WorkerEnvironment; context: EngineContext },
): Promise<Record<string, unknown>> {
  const options = optionsSchema.parse(given);
  checkSupported(options.spec);
  const out = await checkOut(options.out);
  await checkWritable(environment.home, 'MASSIF_HOME');
  const { spec, source } = await resolveJob(options.spec, (path) => resolve(options.specDirectory, path));
  const { layout, threads, ranks } = await chooseLayout(spec, environment);
  context.note(describeGang(ranks, { threads, layout }));

  const job: RankJob = {
    spec,
    layout,
    source,
    threads,
    host: '127.0.0.1',
    directories: { data: join(environment.home, 'data'), model: out },
    native: environment.native,
  };
  let started = false;
  let stepsLeft = Infinity;
  const gang = startGang({
    program: fileURLToPath(new URL('../rank.ts', import.meta.url)),
    size: ranks,
    job,
    environment: environment.inherited,
    host: job.host,
    onLog: (rank, _stream, line) => context.note(`rank ${rank}: ${line}`),
    onMessage: (_rank, message) => {
      started ||= message.type === 'running';
      if (message.type === 'begin') stepsLeft = message.steps;
      if (message.type === 'step') stepsLeft--;
      report(message, context);
    },
  });
  const interrupt = () => {
    if (stepsLeft > 0) gang.kill();
    else context.note('every step is done and the model is being written; Ctrl-C again ends at once');
  };
  context.interrupted.addEventListener('abort', interrupt);
  if (context.interrupted.aborted) interrupt();
  const overTime = limitDuration(spec.limits, gang);
  const result = await gang.result;
  if (context.interrupted.aborted && result.outcome !== 'succeeded') throw new AppError('interrupted', 'interrupted');
  // What the gang achieved counts, whatever was asked of it meanwhile.
  const late = result.outcome === 'succeeded' ? undefined : overTime();
  if (late) throw late;
  if (result.outcome === 'failed') throw failureOf(result, started);
  const { model, sample, step } = result;
  return {
    model: model?.path ?? out,
    steps: step,
    ...(model?.loss === undefined ? {} : { evaluation: model.loss }),
    ...(sample === undefined ? {} : { sample }),
  };
}

/** The lines of the contract: no other than that of a step has both `step` and `loss`. */
function report(message: FromRank, { line, begin, note }: EngineContext): void {
  if (message.type === 'begin') {
    const { type: _, ...facts } = message;
    for (const text of describeBegin(facts)) note(text);
    begin(facts);
  } else if (message.type === 'step') {
    const { step, loss, gradNorm, tokens, stepTimeMs, memory } = message;
    line({ step, loss, gradNorm, tokens, stepTimeMs, memory });
  } else if (message.type === 'evaluation') line({ step: message.step, evaluation: message.loss });
}

async function checkOut(out: string): Promise<string> {
  try {
    const target = await checkExportTarget(out);
    // It is written beside its place and renamed.
    await checkWritable(dirname(target), '--out');
    return target;
  } catch (error) {
    const { code, message } = toAppError(error);
    if (error instanceof AppError) throw error;
    throw new AppError(code === 'model_exists' ? 'out_dir_not_empty' : code, message, { cause: error, context: { path: '--out' } });
  }
}

/** Codes that say that nothing of the job could be run here, or that we are at fault, whenever they come. */
const notTheJob: readonly ErrorCode[] = ['internal', 'compiler_missing', 'compile_failed', 'library_unloadable'];

function failureOf({ code, message }: Extract<GangResult, { outcome: 'failed' }>, started: boolean): AppError {
  if (!isErrorCode(code)) return new AppError('internal', `${code}: ${message}`);
  const error = new AppError(code, message);
  // What is wrong with the input is bad input, also when only a rank could see it.
  const jobStarted = started && error.status >= 500 && !notTheJob.includes(code);
  return new AppError(code, message, { context: { jobStarted } });
}
