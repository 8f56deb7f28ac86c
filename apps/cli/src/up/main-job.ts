import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isTerminal, jobStates, parseJobSpec, parseJobText, type Checkpoint, type Job, type JobSpec } from '@massif/contracts';
import type { Client } from '@massif/sdk';
import { followJob } from '../client/follow.ts';
import { prepareSpec, readSpecText } from '../client/spec.ts';
import { describeSpeed } from '../format/job.ts';
import { createProgressDisplay, progressLine } from '../format/progress.ts';
import { exitCode, type Output } from '../output.ts';

export interface MainJob {
  file: string;
  spec: JobSpec;
}

/** Reads the main job, so that its mistakes are known before anything is started. @throws AppError as the parser does */
export async function readMainJob(file: string): Promise<MainJob> {
  return { file, spec: parseJobText(await readSpecText(file), { fileName: basename(file) }) };
}

export interface MainJobOptions {
  client: Client;
  output: Output;
  signal: AbortSignal;
  /** Told which job it is. */
  onJob(id: string): void;
}

/**
 * Submits the main job, shows its progress and says where its results are. One that an earlier run left unfinished goes on instead.
 * @returns exit status: 0, or 1 when it did not succeed
 */
export async function runMainJob({ file, spec }: MainJob, { client, output, signal, onJob }: MainJobOptions): Promise<number> {
  const display = createProgressDisplay({ stream: process.stdout });
  signal.addEventListener('abort', display.end);
  const say = (text: string) => output.json || display.say(text);
  const prepared = await prepareSpec(client, file, { onUpload: (path) => say(`uploading ${path}`) });
  // With uploads in place of files, as the job has them.
  const unfinished = await findUnfinished(client, 'text' in prepared ? spec : parseJobSpec(prepared));
  const { id } = unfinished ?? (await client.jobs.submit(prepared));
  onJob(id);
  say(`${unfinished ? 'going on with' : 'submitted'} ${spec.name} as ${id}`);
  const job = await followJob(client, id, { signal, onLook: (seen) => output.json || display.show(progressLine(seen)) }).finally(
    display.end,
  );
  if (!output.json) {
    const checkpoint = job.result?.checkpoint ?? (await newestCheckpoint(client, id))?.path ?? null;
    for (const line of summary(job, checkpoint)) say(line);
  }
  output.line(job, () => lastLine(job));
  return job.state === 'succeeded' ? exitCode.fine : exitCode.jobFailed;
}

/** The last line of `npm start -- --exit`, on which scripts rely. */
export function lastLine({ id, state, reason, result }: Pick<Job, 'id' | 'state' | 'reason' | 'result'>): string {
  return state === 'succeeded'
    ? `massif: job ${id} succeeded, model at ${result?.model ?? '-'}`
    : `massif: job ${id} failed: ${reason?.code ?? state}`;
}

export function summary(
  { reason, progress, plan, result, state }: Pick<Job, 'reason' | 'progress' | 'plan' | 'result' | 'state'>,
  checkpoint: string | null,
): string[] {
  const facts: [string, string | null | undefined][] = [
    ['', state === 'succeeded' ? undefined : reason?.message],
    ['held-out loss  ', progress?.evaluationLoss?.toFixed(4)],
    ['speed          ', describeSpeed({ progress, plan })],
    ['checkpoint     ', checkpoint],
    ['model          ', result?.model && `${result.model} (Hugging Face format)`],
    ['it writes      ', result?.sample && JSON.stringify(result.sample)],
  ];
  return facts.flatMap(([label, value]) => (value ? [`  ${label}${value}`] : []));
}

/** The one that a job goes on from: the last that was written, which need not be that of the highest step. */
async function newestCheckpoint({ jobs }: Pick<Client, 'jobs'>, id: string): Promise<Checkpoint | undefined> {
  return (await jobs.checkpoints(id, { limit: 1 })).items[0];
}

/** `stopped; npm start goes on from step 230`, for a job that is not finished; undefined when it has ended. */
export async function whatIsLeft(client: Pick<Client, 'jobs'>, id: string, command: string): Promise<string | undefined> {
  const { state } = await client.jobs.get(id);
  if (isTerminal(state)) return undefined;
  const checkpoint = await newestCheckpoint(client, id);
  return `stopped; ${command} goes on from ${checkpoint ? `step ${checkpoint.step}` : 'the beginning'}`;
}

async function findUnfinished(client: Client, spec: JobSpec): Promise<Job | undefined> {
  const { items } = await client.jobs.list({ name: spec.name, state: jobStates.filter((state) => !isTerminal(state)), limit: 200 });
  return items.find((job) => isDeepStrictEqual(job.spec, spec));
}
