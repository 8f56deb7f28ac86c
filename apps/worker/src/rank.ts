/** One rank of a gang: forked by the leader, which tells it over the IPC channel what to do. */
import { isRetryable, toAppError } from '@massif/contracts';
import { createCpuDevice } from '@massif/device-cpu';
import { listenSocket, soloTransport, type ListenOptions, type Transport } from '@massif/distributed';
import { train } from '@massif/trainer';
import type { FromRank, RankAssignment, ToRank } from './gang/protocol.ts';
import type { RankJob } from './job/job.ts';
import { dieWithParent } from './rank/lifeline.ts';

dieWithParent();
// Ctrl-C reaches every process of a terminal; what becomes of the gang is for the leader to say.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const start = Promise.withResolvers<RankAssignment<RankJob>>();
const rendezvous = Promise.withResolvers<Extract<ToRank<RankJob>, { type: 'rendezvous' }>>();
let stopRequested = false;

process.on('message', (message) => {
  const order = message as ToRank<RankJob>;
  switch (order.type) {
    case 'start':
      return start.resolve(order.assignment);
    case 'rendezvous':
      return rendezvous.resolve(order);
    case 'stop':
      stopRequested = true;
      return;
    default:
      order satisfies never;
  }
});

try {
  await run(await start.promise);
  process.exit(0);
} catch (error) {
  const { code, message, stack } = toAppError(error);
  if (code === 'internal') process.stderr.write(`${error instanceof Error ? error.stack : stack}\n`);
  // And wait to be ended: a rank that left would look like the cause of what its peers report.
  await tell({ type: 'failed', code, message, retryable: isRetryable(code) });
}

async function run({ rank, size, job }: RankAssignment<RankJob>): Promise<void> {
  const { spec, layout, source, threads, host, directories, resumeFrom, native } = job;
  const { memoryPerDevice } = spec.resources;
  const device = await createCpuDevice({ ...native, threads, ...(memoryPerDevice === undefined ? {} : { memoryBytes: memoryPerDevice }) });
  const transport = await meet(rank, size, { host, ...native });
  await tell({ type: 'running' });
  const { outcome, step, model, sample } = await train({
    spec,
    layout,
    source,
    device,
    transport,
    directories,
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
    stopRequested: () => stopRequested,
    onEvent: (event) => void tell(event),
    onNote: (line) => void process.stdout.write(`${line}\n`),
  });
  await device.close();
  transport.close();
  await tell({ type: 'done', outcome: outcome === 'finished' ? 'succeeded' : 'stopped', step, model, sample });
}

async function meet(rank: number, size: number, options: ListenOptions): Promise<Transport> {
  if (size === 1) return soloTransport();
  const listener = await listenSocket(options);
  await tell({ type: 'listening', port: listener.port });
  const { addresses, secret } = await rendezvous.promise;
  return listener.connect({ rank, addresses, secret });
}

/** Resolves when the message is on its way; a leader that is gone takes this process with it. */
function tell(message: FromRank): Promise<void> {
  return new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()));
}
