import { Command } from 'commander';
import type { CliEnvironment } from './env.ts';
import type { Output } from './output.ts';
import { addControlPlaneCommands } from './commands/control-plane.ts';
import { addEngineCommands } from './commands/engine.ts';
import { addExampleCommand } from './commands/example.ts';
import { generalHelp, helpInJson } from './commands/help.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addPlanCommands } from './commands/plan.ts';
import { addTrainCommand } from './commands/train.ts';
import { addUnbuiltCommands } from './commands/unbuilt.ts';
import { addUpCommand } from './commands/up.ts';

/** What every command gets. */
export interface CliContext {
  environment: CliEnvironment;
  output: Output;
  /** Sets the exit status of a command that ended well but whose outcome is not 0. */
  finish(status: number): void;
}

const version = '0.1.0';

/** The whole command line, one function per group of commands; nothing runs before it is parsed. */
export function buildProgram(context: CliContext): Command {
  const program = new Command('massif')
    .description('Train, fine-tune and deploy large models on your own GPUs')
    .version(context.output.json ? JSON.stringify({ version }) : version)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .option('--json', 'print JSON only, errors as one problem object on standard error')
    .addHelpText('after', generalHelp)
    // What goes wrong is reported by `main.ts`; with --json nothing but a problem object may stand there.
    .configureOutput({ outputError: () => {}, ...(context.output.json ? { writeErr: () => {} } : {}) })
    .exitOverride();
  for (const add of [
    addUpCommand,
    addExampleCommand,
    addJobCommands,
    addControlPlaneCommands,
    addTrainCommand,
    addPlanCommands,
    addEngineCommands,
    addUnbuiltCommands,
  ])
    add(program, context);
  if (context.output.json) helpInJson(program);
  return program;
}
