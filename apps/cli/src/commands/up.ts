import { AppError } from '@massif/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CliContext } from '../program.ts';
import { examples } from './help.ts';
import { readMainJob } from '../up/main-job.ts';
import { runProduct } from '../up/run.ts';

const defaultPort = 7700;

const help = `${examples('massif up', 'massif up --port 8080', 'massif up --main-job job.yaml --exit')}

Logs go to files in MASSIF_HOME/logs. DATABASE_URL and REDIS_URL name servers to use instead of the embedded ones.
Ctrl-C and SIGTERM let running jobs write a checkpoint, then stop every process within 10 s and exit with 130; the jobs go on at the next
start. With --exit the status is that of the job: 0, or 1 when it did not succeed.`;

/** `massif up`: the control plane on this machine, parent of every process of it. */
export function addUpCommand(program: Command, { environment, output, finish }: CliContext): void {
  program
    .command('up')
    .description('start the control plane on this machine and keep it running until Ctrl-C')
    .option('--port <port>', 'of the API and the dashboard; the next free one when it is taken', portNumber, defaultPort)
    .option('--main-job <file>', 'submit this job and show its progress')
    .option('--exit', 'leave when that job has ended')
    .addOption(new Option('--demo', 'with made-up data (not built yet)').hideHelp())
    .addHelpText('after', help)
    .action(async (options: { port: number; mainJob?: string; exit?: true; demo?: true }) => {
      if (options.demo)
        throw new AppError('not_supported', 'massif up --demo is not built yet; massif up starts the product without demo data');
      if (options.exit && options.mainJob === undefined)
        throw new AppError('invalid_spec', '--exit needs --main-job: it leaves when that job has ended');
      // A wrong file is told before anything is started.
      const mainJob = options.mainJob === undefined ? undefined : await readMainJob(options.mainJob);
      finish(await runProduct({ environment, output, port: options.port, mainJob, leave: options.exit ?? false }));
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return port;
}
