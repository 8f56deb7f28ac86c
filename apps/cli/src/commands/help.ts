import { EventEmitter } from 'node:events';
import type { Command, Help } from 'commander';

/** Examples at the end of a command's help. */
export const examples = (...commands: readonly string[]) => `\nExamples:\n${commands.map((command) => `  ${command}`).join('\n')}`;

/** The end of `massif --help`. */
export const generalHelp = `${examples(
  'massif up                                    start the product here and keep it running',
  'massif example moby-dick > job.yaml          a job to begin with',
  'massif submit -f job.yaml --follow           put a job into the queue and watch it',
  'massif train -f job.yaml --local --out DIR   train here and now, without the control plane',
  'massif plan -f job.yaml                      what would run, how fast, in how much memory',
  'massif jobs --state running --json           for scripts',
)}

Exit status:
  0 fine   1 the job failed   2 bad input, or not supported yet   3 control plane unreachable   4 internal error   130 interrupted

Environment:
  MASSIF_HOME               state of this installation: .massif in a checkout, else the user's state directory
  MASSIF_URL, MASSIF_TOKEN  a control plane elsewhere; without them the one of MASSIF_HOME
  DATABASE_URL, REDIS_URL   servers for massif up to use instead of the embedded ones`;

/** Gives a command and those below it a help for programs, as one JSON object without the text for people. */
export function helpInJson(command: Command): void {
  command.configureHelp({ ...command.configureHelp(), formatHelp: describeCommand });
  // What `addHelpText` has added.
  if (command instanceof EventEmitter) command.removeAllListeners('afterHelp');
  for (const below of command.commands) helpInJson(below);
}

function describeCommand(command: Command, help: Help): string {
  const described = {
    usage: help.commandUsage(command),
    description: help.commandDescription(command),
    arguments: command.registeredArguments.map((argument) => ({ name: argument.name(), required: argument.required })),
    options: [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].map((option) => ({
      flags: option.flags,
      description: option.description,
      required: option.mandatory,
      default: option.defaultValue as unknown,
      choices: option.argChoices,
    })),
    commands: help.visibleCommands(command).map((below) => ({ name: below.name(), description: below.description() })),
  };
  return `${JSON.stringify(described, null, 2)}\n`;
}
