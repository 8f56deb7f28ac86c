import { AppError } from '@massif/contracts';
import { processIdentity, removeRunRecord, writeRunRecord } from '@massif/processes';
import { connect } from '../client/connect.ts';
import type { CliEnvironment } from '../env.ts';
import { exitCode, type Output } from '../output.ts';
import { onStopSignals } from '../signals.ts';
import type { Demo } from './demo.ts';
import { endEverything } from './end-all.ts';
import { prepareHome, readAddress, readAdminToken, removeAddress, writeAddress } from './home.ts';
import { claimHome, releaseHome } from './lock.ts';
import { runMainJob, whatIsLeft, type MainJob } from './main-job.ts';
import { createProduct } from './product.ts';
import { checkServerUrl, databaseVariable, redisVariable } from './server-url.ts';

export interface RunOptions {
  environment: CliEnvironment;
  output: Output;
  port: number;
  mainJob: MainJob | undefined;
  demo?: Demo | undefined;
  /** Ends the product when the main job has ended. */
  leave: boolean;
}

const leftoversWithinMs = 5000;
const hurriedWithinMs = 1000;

/**
 * The life of `massif up`, from claiming the installation to leaving nothing behind.
 * @returns exit status: 130 after Ctrl-C or SIGTERM, with `leave` that of the main job
 * @throws AppError `conflict` when this installation is up already or another holds its database; `internal` when a part cannot be started or kept running
 */
export async function runProduct({ environment, output, port, mainJob, demo, leave }: RunOptions): Promise<number> {
  const { home } = environment;
  const self = processIdentity(process.pid)!;
  checkServerUrl(environment.databaseUrl, databaseVariable);
  checkServerUrl(environment.redisUrl, redisVariable);
  prepareHome(home);
  const other = claimHome(home, self);
  if (other) {
    const where = readAddress(home)?.url;
    throw new AppError(
      'conflict',
      `${home} is up already (process ${other.pid})${where === undefined ? '' : `, dashboard at ${where}/`}; stop it there with Ctrl-C, or set MASSIF_HOME to start another`,
    );
  }
  // A pipe that nobody reads any more must not take the product with it; a closed terminal says so by SIGHUP.
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {});
  const stop = new AbortController();
  const stopped = new Promise<number>((resolve) => stop.signal.addEventListener('abort', () => resolve(exitCode.interrupted)));
  const off = onStopSignals((times) => {
    if (times === 1) {
      stop.abort(new AppError('interrupted', 'interrupted'));
      output.note('massif: stopping; running jobs write a checkpoint first (Ctrl-C again to stop at once)');
    } else void endEverything(home, { withinMs: hurriedWithinMs, except: ['guardian'] });
  });
  try {
    const left = await endEverything(home, { withinMs: leftoversWithinMs });
    if (left.length > 0)
      throw new AppError(
        'internal',
        `processes of an earlier massif up cannot be ended: ${left.map(({ role, pid }) => `${role} ${pid}`).join(', ')}`,
      );
    if (stop.signal.aborted) return exitCode.interrupted;
    writeRunRecord(home, { ...self, role: 'up' });
    const isNew = readAdminToken(home) === undefined;
    const massif = environment.inherited['npm_lifecycle_event'] === 'npx' ? 'npx massif' : 'massif';
    const product = createProduct({ environment, self, port, demo, onNote: (text) => output.note(`massif: ${text}`) });
    let lastLook: (() => Promise<void>) | undefined;
    let farewell: string | undefined;
    const work = async () => {
      const { url, dashboard } = await product.start();
      writeAddress(home, { url });
      output.line({ dashboard }, () => `massif: dashboard at ${dashboard}`);
      if (!mainJob) {
        if (isNew && !demo)
          output.note(`massif: for a first job: ${massif} example moby-dick > job.yaml; ${massif} submit -f job.yaml --follow`);
        return undefined;
      }
      // Its own, whatever the user's shell says of another.
      const client = connect({ ...environment, url, token: undefined });
      const command = environment.inherited['npm_lifecycle_event'] === 'start' ? 'npm start' : `massif up --main-job ${mainJob.file}`;
      const onJob = (id: string) => {
        lastLook = async () => void (farewell = await whatIsLeft(client, id, command));
      };
      const status = await runMainJob(mainJob, { client, output, signal: stop.signal, onJob });
      if (leave) return status;
      output.note('massif: still running; Ctrl-C stops it');
      return undefined;
    };
    const broken = product.failed.then((cause): never => {
      throw cause instanceof AppError ? cause : new AppError('internal', cause.message, { cause });
    });
    try {
      const ended = work().then((status) => status ?? stopped);
      return await Promise.race([stopped, ended, broken]);
    } finally {
      await product.stop(lastLook);
      if (farewell !== undefined) output.note(`massif: ${farewell}`);
    }
  } finally {
    off();
    removeAddress(home);
    removeRunRecord(home, self);
    releaseHome(home, self);
  }
}
