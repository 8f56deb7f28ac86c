import { resolve } from 'node:path';
import { AppError } from '@massif/contracts';
import { deviceProfileSchema } from '@massif/planner';
import { Option, type Command } from 'commander';
import { runEngine } from '../engine/run.ts';
import { describeProfile } from '../format/profile.ts';
import type { CliContext } from '../program.ts';
import { positiveInteger } from './arguments.ts';
import { examples } from './help.ts';

/** `massif engine ...` and `massif calibrate`: the tensor engine by itself, without the control plane. */
export function addEngineCommands(program: Command, { environment, output }: CliContext): void {
  const engine = program.command('engine').description('the tensor engine by itself');

  engine
    .command('eval')
    .description('loss, logits and gradients of a model on given tokens')
    .option('--model <dir>', 'Hugging Face directory (required)')
    .option('--tokens <file>', 'JSON: rows of token ids, all of one length (required)')
    .option('--input <file>', 'JSON inputs of a model that is not a language model')
    .addOption(
      new Option('--device <name>', 'where to compute; cpu always exists (required)').choices(['reference', 'cpu', 'webgpu', 'cuda']),
    )
    .addOption(new Option('--dtype <dtype>', 'compute precision').choices(['fp32', 'bf16']).default('fp32'))
    .option('--gradients', 'also the norm of each tensor’s gradient')
    .addHelpText(
      'after',
      examples(
        'massif engine eval --model DIR --tokens rows.json --device cpu --gradients --json',
        'massif engine eval --model DIR --tokens rows.json --device reference',
      ),
    )
    .action(
      async ({
        gradients = false,
        ...options
      }: {
        model?: string;
        tokens?: string;
        input?: string;
        device?: string;
        dtype: string;
        gradients?: boolean;
      }) => {
        if (options.input !== undefined)
          throw new AppError('not_supported', '--input is for BERT and ResNet, which are not built yet; use --tokens');
        const { model, tokens, device } = given(
          options,
          ['model', 'tokens', 'device'],
          'massif engine eval --model DIR --tokens rows.json --device cpu',
        );
        if (options.dtype !== 'fp32') throw new AppError('not_supported', `--dtype ${options.dtype} is not built yet; use fp32`);
        const result = await runEngine(
          {
            command: 'eval',
            options: { ...options, device, gradients, model: resolve(model), tokens: resolve(tokens) },
          },
          environment,
          { onNote: output.note },
        );
        output.print(result, () => formatEvaluation(result as { loss: number | null; gradients?: Record<string, number> }));
      },
    );

  engine
    .command('matmul')
    .description('speed of a matrix product beside the peak of this machine, both measured now')
    .option('--m <n>', 'rows of the left matrix (required)', positiveInteger)
    .option('--n <n>', 'columns of the right matrix (required)', positiveInteger)
    .option('--k <n>', 'the dimension they share (required)', positiveInteger)
    .addOption(new Option('--dtype <dtype>', 'element type').choices(['fp32', 'bf16']).default('fp32'))
    .option('--threads <n>', 'threads', positiveInteger, 1)
    .addHelpText('after', examples('massif engine matmul --m 1024 --n 1024 --k 1024 --threads 2'))
    .action(async (options: { m?: number; n?: number; k?: number; dtype: string; threads: number }) => {
      given(options, ['m', 'n', 'k'], 'massif engine matmul --m 1024 --n 1024 --k 1024');
      if (options.dtype !== 'fp32') throw new AppError('not_supported', `--dtype ${options.dtype} is not built yet; use fp32`);
      const result = (await runEngine({ command: 'matmul', options }, environment, { onNote: output.note })) as {
        gflops: number;
        peakGflops: number;
      };
      output.print(
        result,
        () =>
          `${result.gflops.toFixed(1)} GFLOP/s of ${result.peakGflops.toFixed(1)} (${((100 * result.gflops) / result.peakGflops).toFixed(1)} %)`,
      );
    });

  engine
    .command('render', { hidden: true })
    .description('every kernel of a program as source (not built yet)')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new AppError('not_supported', 'massif engine render is for webgpu and cuda, which are not built yet');
    });

  program
    .command('calibrate')
    .description('measure this machine and store the profile that plans are priced with')
    .addOption(new Option('--device <name>', 'device').choices(['cpu', 'webgpu', 'cuda']).default('cpu'))
    .addHelpText('after', examples('massif calibrate', 'massif calibrate --device cpu --json'))
    .action(async (options: { device: string }) => {
      if (options.device !== 'cpu') throw new AppError('device_unavailable', `there is no ${options.device} device here; use --device cpu`);
      const result = await runEngine({ command: 'calibrate', options }, environment, { onNote: output.note });
      output.print(
        result,
        () => `${describeProfile(deviceProfileSchema.parse(result['profile']))}\nprofile stored in ${String(result['path'])}`,
      );
    });
}

type Given<Options, Name extends keyof Options> = Options & { [Key in Name]-?: NonNullable<Options[Key]> };

/**
 * Options without which a command cannot be; all that are missing are named at once.
 * @throws AppError `invalid_spec` with an example of the whole
 */
function given<Options extends object, Name extends keyof Options & string>(
  options: Options,
  names: readonly Name[],
  example: string,
): Given<Options, Name> {
  const isWhole = (all: Options): all is Given<Options, Name> => names.every((name) => all[name] !== undefined);
  if (isWhole(options)) return options;
  const missing = names.filter((name) => options[name] === undefined).map((name) => `--${name}`);
  const list = [...missing.slice(0, -2), missing.slice(-2).join(' and ')].join(', ');
  throw new AppError('invalid_spec', `${list} ${missing.length === 1 ? 'is' : 'are'} missing: ${example}`);
}

function formatEvaluation({ loss, gradients }: { loss: number | null; gradients?: Record<string, number> }): string {
  const rows = Object.entries(gradients ?? {}).map(([name, norm]) => `${name.padEnd(44)} ${norm.toExponential(6)}`);
  return [`loss ${loss === null ? '-' : loss.toFixed(6)}`, ...rows].join('\n');
}
