import { AppError } from '@massif/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CliContext } from '../program.ts';
import { examples } from './help.ts';
import { demoEnvironment } from '../up/demo.ts';
import { readMainJob } from '../up/main-job.ts';
import { runProduct } from '../up/run.ts';

const defaultPort = 7700;

const help = `${examples('massif up', 'massif up --port 8080', 'massif up --main-job job.yaml --exit', 'massif up --demo')}

Logs go to files in MASSIF_HOME/logs. DATABASE_URL and REDIS_URL name servers to use instead of the embedded ones.
Ctrl-C and SIGTERM let running jobs write a checkpoint, then stop every process within 10 s and exit with 130; the jobs go on at the next
start. With --exit the status is that of the job: 0, or 1 when it did not succeed.
--demo shows the product at work on 8,000 GPUs that do not exist. It lives in MASSIF_HOME/demo, apart from everything real; delete that
directory to begin anew, and set MASSIF_HOME to it for other commands to see it.`;

interface UpOptions {
  port: number;
  mainJob?: string;
  exit?: true;
  demo?: true;
  seed: number;
  nodes: number;
  jobs: number;
  speed: number;
}

/** `massif up`: the control plane on this machine, parent of every process of it. */
export function addUpCommand(program: Command, { environment, output, finish }: CliContext): void {
  program
    .command('up')
    .description('start the control plane on this machine and keep it running until Ctrl-C')
    .option('--port <port>', 'of the API and the dashboard; the next free one when it is taken', portNumber, defaultPort)
    .option('--main-job <file>', 'submit this job and show its progress')
    .option('--exit', 'leave when that job has ended')
    .option('--demo', 'a simulated cluster, busy with made-up jobs, in a home of its own')
    .option('--seed <n>', 'of a demo: the same seed makes the same machines and jobs', atLeast(0), 1)
    .option('--nodes <n>', 'of a demo: nodes of 8 GPUs', atLeast(1), 1000)
    .option('--jobs <n>', 'of a demo: jobs that run or wait at any time', atLeast(0), 2000)
    .addOption(new Option('--speed <times>', 'of a demo: how fast time goes by in the cluster').argParser(speed).default(1).hideHelp())
    .addHelpText('after', help)
    .action(async (options: UpOptions) => {
      if (options.exit && options.mainJob === undefined)
        throw new AppError('invalid_spec', '--exit needs --main-job: it leaves when that job has ended');
      // A wrong file is told before anything is started.
      const mainJob = options.mainJob === undefined ? undefined : await readMainJob(options.mainJob);
      const { seed, nodes, jobs, speed: times } = options;
      const demo = options.demo && { seed, nodes, jobs, speed: times };
      const chosen = demo ? demoEnvironment(environment) : environment;
      finish(await runProduct({ environment: chosen, output, port: options.port, mainJob, demo, leave: options.exit ?? false }));
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return port;
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,6}$/.test(text) || Number(text) < least) throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
    return Number(text);
  };
}

function speed(text: string): number {
  const times = Number(text);
  if (!(times > 0 && times <= 1000)) throw new InvalidArgumentError('It must be a number above 0, 1000 at most.');
  return times;
}
