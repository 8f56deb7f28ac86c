import { isTerminal, jobKinds, listedStates, type Job, type JobKind, type ListedState } from '@massif/contracts';
import { pages, type LogFilter } from '@massif/sdk';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { connect } from '../client/connect.ts';
import { followJob } from '../client/follow.ts';
import { prepareSpec } from '../client/spec.ts';
import { createProgressDisplay, progressLine } from '../format/progress.ts';
import { formatAge } from '../format/values.ts';
import { describeExplanation, describeJob, describePlan } from '../format/job.ts';
import { table } from '../format/table.ts';
import { exitCode } from '../output.ts';
import type { CliContext } from '../program.ts';
import { interruptible } from '../signals.ts';
import { positiveInteger, wholeNumber } from './arguments.ts';
import { examples } from './help.ts';

/** Jobs of the control plane: submit, look, follow, cancel. */
export function addJobCommands(program: Command, { environment, output, finish }: CliContext): void {
  program
    .command('submit')
    .description('put a job into its queue; data files of this machine are uploaded')
    .requiredOption('-f, --file <file>', 'job spec, YAML or JSON')
    .option('--follow', 'show its progress until it has ended; exit 1 if it did not succeed')
    .option('--dry-run', 'say what would happen, and start nothing')
    .option('--idempotency-key <key>', 'repeating the command with the same key makes one job')
    .addHelpText(
      'after',
      examples('massif submit -f job.yaml --follow', 'massif submit -f job.yaml --dry-run', 'massif submit -f job.yaml --json | jq -r .id'),
    )
    .action(async (options: { file: string; follow?: true; dryRun?: true; idempotencyKey?: string }) => {
      const client = connect(environment);
      const spec = await prepareSpec(client, options.file, {
        onUpload: (path) => output.note(`uploading ${path}`),
        dryRun: options.dryRun ?? false,
      });
      if (options.dryRun) {
        const answer = await client.jobs.dryRun(spec);
        output.print(answer, () =>
          [describePlan(answer.plan), ...answer.reasons.map(({ message }) => `It would wait: ${message}`)].join('\n'),
        );
        return;
      }
      const { idempotencyKey } = options;
      const job = await client.jobs.submit(spec, idempotencyKey === undefined ? {} : { idempotencyKey });
      if (!options.follow) {
        output.print(job, () => `${job.id} ${job.state}; massif logs ${job.id} -f shows what it does`);
        return;
      }
      output.note(job.id);
      const display = createProgressDisplay({ stream: process.stderr });
      const ended = await interruptible(
        (signal) => followJob(client, job.id, { signal, onLook: (seen) => output.json || display.show(progressLine(seen)) }),
        `${job.id} goes on; massif job ${job.id} shows it, massif cancel ${job.id} ends it`,
      ).finally(display.end);
      output.print(ended, () => describeJob(ended, { nowMs: Date.now() }));
      if (ended.state !== 'succeeded') finish(exitCode.jobFailed);
    });

  program
    .command('jobs')
    .description('list jobs, newest first')
    .addOption(new Option('--state <states>', `of these states, separated by commas: ${listedStates.join(', ')}`).argParser(states))
    .addOption(new Option('--kind <kind>', 'of this kind').choices(jobKinds))
    .option('--queue <name>', 'in this queue')
    .option('--project <name>', 'of this project')
    .option('--name <name>', 'with exactly this name')
    .option('--search <text>', 'with this in their name or id')
    .option('--limit <n>', 'at most so many, up to 200', positiveInteger, 50)
    .option('--cursor <cursor>', 'nextCursor of the page before')
    .addHelpText('after', examples('massif jobs', 'massif jobs --state queued,running', 'massif jobs --name moby-dick --limit 1 --json'))
    .action(
      async (filter: {
        state?: ListedState[];
        kind?: JobKind;
        queue?: string;
        project?: string;
        name?: string;
        search?: string;
        limit: number;
        cursor?: string;
      }) => {
        const list = await connect(environment).jobs.list(filter);
        output.print(list, () =>
          list.items.length === 0
            ? 'no jobs'
            : `${jobTable(list.items)}${list.nextCursor === null ? '' : `\n${list.items.length} of ${list.total}; more with --limit N or --cursor ${list.nextCursor}`}`,
        );
      },
    );

  program
    .command('job <id>')
    .description('one job: state, progress, plan, result')
    .addHelpText(
      'after',
      examples('massif job job_01M88V0V42JTAX4MQDR9Y83G6A', 'massif job job_01M88V0V42JTAX4MQDR9Y83G6A --json | jq .plan'),
    )
    .action(async (id: string) => {
      const { jobs } = connect(environment);
      const job = await jobs.get(id);
      const attempts = job.attempt > 1 && !output.json ? (await jobs.attempts(id, { limit: 200 })).items : [];
      output.print(job, () => describeJob(job, { nowMs: Date.now(), attempts }));
    });

  program
    .command('logs <id>')
    .description('what the ranks and the supervisor of a job wrote; with --json one object per line')
    .option('-f, --follow', 'go on until the job has ended')
    .option('--rank <n>', 'of one rank, -1 for the supervisor', wholeNumber(-1))
    .option('--attempt <n>', 'of one attempt', positiveInteger)
    .option('--search <text>', 'lines with this text')
    .addHelpText(
      'after',
      examples('massif logs job_01M88V0V42JTAX4MQDR9Y83G6A -f', 'massif logs job_01M88V0V42JTAX4MQDR9Y83G6A --rank 0 --search error'),
    )
    .action(async (id: string, { follow, ...filter }: LogFilter & { follow?: true }) => {
      const { logs, listLogs } = connect(environment).jobs;
      await interruptible(async (signal) => {
        const lines = follow ? logs(id, { ...filter, signal }) : pages((page) => listLogs(id, { ...filter, ...page, signal }));
        let count = 0;
        for await (const line of lines) {
          count++;
          output.line(line, () => `${line.time}  ${line.rank < 0 ? 'supervisor' : `rank ${line.rank}`}  ${line.line}`);
        }
        signal.throwIfAborted();
        if (count === 0) output.note(Object.keys(filter).length > 0 ? 'no lines match' : 'nothing has been logged yet');
      }, 'the job is not touched');
    });

  program
    .command('cancel <id>')
    .description('end a job; its checkpoints stay')
    .addHelpText('after', examples('massif cancel job_01M88V0V42JTAX4MQDR9Y83G6A'))
    .action(async (id: string) => {
      const job = await connect(environment).jobs.cancel(id);
      const ended = isTerminal(job.state) ? `has ended: ${job.state}` : `will be cancelled; it is ${job.state} now`;
      output.print(job, () => `${job.id} ${ended}`);
    });

  program
    .command('explain <id>')
    .description('why a job waits, where it runs, how its layout was chosen')
    .addHelpText('after', examples('massif explain job_01M88V0V42JTAX4MQDR9Y83G6A'))
    .action(async (id: string) => {
      const explanation = await connect(environment).jobs.explain(id);
      output.print(explanation, () => describeExplanation(explanation));
    });
}

function states(text: string): ListedState[] {
  return text.split(',').map((word) => {
    const state = listedStates.find((known) => known === word.trim());
    if (!state) throw new InvalidArgumentError(`It must be of ${listedStates.join(', ')}.`);
    return state;
  });
}

function jobTable(jobs: readonly Job[]): string {
  const now = Date.now();
  return table(
    ['id', 'name', 'state', 'step', 'loss', 'queue', 'created'],
    jobs.map(({ id, name, state, progress, queue, createdAt }) => [
      id,
      name,
      state,
      progress && `${progress.step}${progress.steps === null ? '' : `/${progress.steps}`}`,
      progress?.loss?.toFixed(4),
      queue,
      formatAge(createdAt, now),
    ]),
  );
}
