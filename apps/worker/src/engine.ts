/** The engine commands of the CLI, which forks this program and asks one thing of it over the IPC channel. */
import { toAppError, toProblem } from '@massif/contracts';
import type { EngineContext, EngineReply, EngineRequest } from './engine/protocol.ts';
import { readEnvironment } from './env.ts';
import { dieWithParent } from './rank/lifeline.ts';

dieWithParent();

const request = await new Promise<EngineRequest>((resolve) => process.once('message', (message) => resolve(message as EngineRequest)));
const interrupt = new AbortController();
const context: EngineContext = {
  line: (value) => void reply({ type: 'line', value }),
  note: (text) => void reply({ type: 'note', text }),
  begin: (value) => void reply({ type: 'begin', value }),
  interrupted: interrupt.signal,
};

try {
  await reply({ type: 'result', value: await run() });
} catch (error) {
  const known = toAppError(error);
  // For people: with --json the problem stands alone.
  if (known.code === 'internal') context.note(error instanceof Error ? error.stack! : String(error));
  await reply({ type: 'error', problem: toProblem(known), jobStarted: known.context['jobStarted'] === true });
}
process.exit(0);

/** Each command loads what it needs, and no more. */
async function run(): Promise<Record<string, unknown>> {
  const environment = readEnvironment();
  switch (request.command) {
    case 'train':
      endInOrder();
      return (await import('./engine/train.ts')).trainLocally(request.options, { environment, context });
    case 'calibrate':
      endInOrder();
      return (await import('./engine/calibrate.ts')).calibrate({ environment, context });
    case 'eval':
      return (await import('./engine/evaluate.ts')).evaluateModel(request.options, environment);
    case 'matmul':
      return (await import('./engine/matmul.ts')).matmul(request.options, environment);
    default:
      request.command satisfies never;
      throw new Error(`unknown command ${String(request.command)}`);
  }
}

/** Commands with children end them first; the others end as every program does. */
function endInOrder(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
}

function reply(message: EngineReply): Promise<void> {
  return new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()));
}
