import { CommanderError, type Command } from 'commander';
import { AppError } from '@massif/contracts';
import { readEnvironment } from './env.ts';
import { createOutput, exitCode, reportError, usageError } from './output.ts';
import { buildProgram } from './program.ts';

/** `--json` decides the form of errors too, even of those found before the options are parsed. */
const json = process.argv.includes('--json');

// A reader that goes away (`massif jobs | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCode.fine : exitCode.internal));

try {
  process.exitCode = await run();
} catch (error) {
  process.exitCode = reportError(error, json);
}

async function run(): Promise<number> {
  let status: number = exitCode.fine;
  const program = buildProgram({ environment: readEnvironment(), output: createOutput(json), finish: (code) => (status = code) });
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are printed by now; anything else is wrong usage.
    if (error.exitCode === 0) return exitCode.fine;
    if (error.code === 'commander.help') {
      // So is the help of a group without a command; with --json that is an error as any other.
      if (json) throw commandMissing(program, process.argv.slice(2));
      return exitCode.badInput;
    }
    throw usageError(error);
  }
  return status;
}

function commandMissing(program: Command, words: readonly string[]): AppError {
  let group = program;
  for (const word of words) group = group.commands.find((command) => command.name() === word) ?? group;
  const names = group
    .createHelp()
    .visibleCommands(group)
    .map((command) => command.name());
  const path = group === program ? 'massif' : `massif ${group.name()}`;
  return new AppError('invalid_spec', `${path} needs a command, one of ${names.join(', ')}`);
}
