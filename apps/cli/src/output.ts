import { AppError, errorCatalogue, toProblem } from '@massif/contracts';
import type { CommanderError } from 'commander';

/** Exit codes are a contract: scripts branch on them. */
export const exitCode = { fine: 0, jobFailed: 1, badInput: 2, unreachable: 3, internal: 4, interrupted: 130 } as const;

export interface Output {
  /** With `--json` standard output holds JSON only. */
  json: boolean;
  /** Prints a result: the value as JSON, or what `human` makes of it. */
  print(value: unknown, human: () => string): void;
  /** One JSON object per line, or text. */
  line(value: unknown, human: () => string): void;
  /** A remark for people, on standard error; silent with `--json`. */
  note(text: string): void;
}

export function createOutput(json: boolean): Output {
  const write = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    json,
    print: (value, human) => write(json ? JSON.stringify(value, null, 2) : human()),
    line: (value, human) => write(json ? JSON.stringify(value) : human()),
    note: (text) => {
      // On a terminal it takes the place of a progress line.
      if (!json) process.stderr.write(`${process.stderr.isTTY ? '\r\u{1B}[2K' : ''}${text}\n`);
    },
  };
}

/** Exit code of an error: a job that started and failed is 1, bad input and what is not built 2, an unreachable control plane 3, our own faults 4. */
function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return exitCode.internal;
  if (error.context?.jobStarted) return exitCode.jobFailed;
  if (error.code === 'control_plane_unreachable' || error.code === 'service_unavailable') return exitCode.unreachable;
  if (error.code === 'interrupted') return exitCode.interrupted;
  return error.status < 500 ? exitCode.badInput : exitCode.internal;
}

/** Reports an error on standard error: one problem object with `--json`, else sentences that say what to do. */
export function reportError(thrown: unknown, json: boolean): number {
  const error = withAdvice(thrown);
  const known = error instanceof AppError ? error : undefined;
  if (json) {
    process.stderr.write(`${JSON.stringify(toProblem(known ?? new AppError('internal', messageOf(error), { cause: error })))}\n`);
    return exitCodeOf(error);
  }
  process.stderr.write(`massif: ${known ? sentencesOf(known).join('\n  ') : messageOf(error)}\n`);
  if (!known && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return exitCodeOf(error);
}

/** What happened, then a line for each field at fault with what to write instead; nothing is said twice. */
function sentencesOf({ message, code, errors = [] }: AppError): string[] {
  const lines = errors.map(({ path, message: problem, fix }) => {
    const sentence = path && !problem.includes(path) ? `${path}: ${problem}` : problem;
    // The advice for a whole code is about the entries of `errors`, which only programs see.
    return fix && fix !== errorCatalogue[code].fix && !sentence.includes(fix) ? `${sentence} (${fix})` : sentence;
  });
  const [only] = lines;
  if (only === undefined) return [message];
  if (!errors.every(({ message: problem }) => message.includes(problem))) return [message, ...lines];
  return lines.length === 1 ? [only.length < message.length ? message : only] : [`${errorCatalogue[code].title}:`, ...lines];
}

/** Wrong usage, as the parser of the command line reports it, in our form. */
export function usageError(error: CommanderError): AppError {
  const message = error.message.replace(/^error: /, '');
  const isLost = error.code === 'commander.unknownCommand' && !message.includes('Did you mean');
  return new AppError('invalid_spec', isLost ? `${message}; massif --help lists the commands` : message);
}

/** What this installation or its user must do first is said in the message itself, so that `--json` says it too. */
const advised: readonly string[] = ['control_plane_unreachable', 'unauthorized'];

function withAdvice(error: unknown): unknown {
  if (!(error instanceof AppError) || !advised.includes(error.code)) return error;
  const { code, message, context, cause, errors } = error;
  return new AppError(code, `${message.replace(/\.?$/, '.')} ${errorCatalogue[code].fix}`, { context, cause, errors });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
