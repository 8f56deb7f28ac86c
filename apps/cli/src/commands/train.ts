import { dirname, resolve } from 'node:path';
import { AppError } from '@massif/contracts';
import type { Command } from 'commander';
import { runEngine, type EngineHandlers } from '../engine/run.ts';
import { trackLocalRun } from '../format/local-run.ts';
import { createProgressDisplay, progressLine } from '../format/progress.ts';
import type { Output } from '../output.ts';
import type { CliContext } from '../program.ts';
import { examples } from './help.ts';
import { readLocalSpec } from './local-spec.ts';

/** `massif train -f JOB.yaml --local`: a job without the control plane, its ranks as processes of this machine. */
export function addTrainCommand(program: Command, { environment, output }: CliContext): void {
  program
    .command('train')
    .description('train here and now, without the control plane')
    .requiredOption('-f, --file <file>', 'job spec, YAML or JSON')
    .option('--local', 'run the ranks as processes of this machine')
    .option('--out <dir>', 'where the model goes (default: model-NAME beside the spec)')
    .addHelpText('after', examples('massif train -f job.yaml --local', 'massif train -f job.yaml --local --out model --json > steps.jsonl'))
    .action(async (options: { file: string; local?: true; out?: string }) => {
      if (!options.local) throw new AppError('invalid_spec', 'massif train needs --local; to use the control plane: massif submit -f FILE');
      const spec = await readLocalSpec(options.file, environment.home);
      const out = resolve(options.out ?? resolve(dirname(options.file), `model-${spec.name}`));
      const started = performance.now();
      const result = await showRun(out, output, (handlers) =>
        runEngine({ command: 'train', options: { spec, specDirectory: dirname(resolve(options.file)), out } }, environment, handlers),
      );
      output.line(result, () => {
        const model = `model at ${String(result['model'])} after ${((performance.now() - started) / 1000).toFixed(1)} s`;
        return result['sample'] === undefined ? model : `${model}\nsample: ${JSON.stringify(result['sample'])}`;
      });
    });
}

const showEveryMs = 100;

/** Runs a training; with `--json` each step is a line on standard output, else its progress is shown on standard error. */
async function showRun<Result>(out: string, { json, line }: Output, run: (handlers: EngineHandlers) => Promise<Result>): Promise<Result> {
  const tracked = trackLocalRun();
  const display = createProgressDisplay({ stream: process.stderr });
  let shownAtMs = -Infinity;
  const show = (state: 'running' | 'succeeded') => {
    shownAtMs = performance.now();
    if (!json) display.show(progressLine({ state, attempt: 1, reason: null, progress: tracked.progress() }));
  };
  show('running');
  try {
    const result = await run({
      onBegin: ({ steps }) => tracked.begin(steps),
      onLine: (value) => {
        tracked.told(value);
        if (json) line(value, () => '');
        else if (performance.now() - shownAtMs >= showEveryMs) show('running');
      },
      onNote: (text) => void (json || display.say(text)),
    });
    show('succeeded');
    return result;
  } catch (error) {
    if (error instanceof AppError && error.code === 'interrupted') throw new AppError('interrupted', tracked.whatIsLost(out));
    throw error;
  } finally {
    display.end();
  }
}
