import { copyFileSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';

/** The log of a running program. */
export interface ProgramLog {
  /** For the program's output; whoever has passed it on closes it. */
  descriptor: number;
  /** What the program said last, for people. */
  describe(): string;
  /** The program has ended: its log is not looked at any more. */
  close(): void;
}

export interface LogLimits {
  /** A log that has grown beyond is put aside, in place of the one that was put aside before. */
  bytesMax?: number;
  lookEveryMs?: number;
}

const quotedLines = 6;

/**
 * Opens a log for appending, and keeps it from growing without end: two files of a little more than `bytesMax` are the most.
 * While the program runs the file is copied and emptied, because the program holds it; what it writes between the two is lost.
 */
export function openLog(file: string, { bytesMax = 10 * 2 ** 20, lookEveryMs = 5000 }: LogLimits = {}): ProgramLog {
  const aside = `${file}.1`;
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size() > bytesMax) renameSync(file, aside);
  let begin = size();
  const timer = setInterval(() => {
    try {
      if (size() <= bytesMax) return;
      copyFileSync(file, aside);
      truncateSync(file);
      begin = 0;
    } catch {
      // No space for the copy: the room that it took is worth more to others.
      try {
        rmSync(aside, { force: true });
      } catch {
        // Somebody has taken the directory from us; the program goes on.
      }
    }
  }, lookEveryMs).unref();
  return {
    descriptor: openSync(file, 'a', 0o600),
    describe: () => {
      if (!existsSync(file)) return `its log, ${file}, is gone`;
      const all = readFileSync(file).subarray(begin).toString().trim().split('\n');
      // What went wrong stands above the stack that it left.
      const error = all.findLastIndex((line) => /^\w*Error\b/.test(line));
      const lines = error < 0 ? all.slice(-quotedLines) : all.slice(error, error + quotedLines);
      return lines.join('') === '' ? `its log, ${file}, says nothing` : `the end of its log, ${file}:\n  ${lines.join('\n  ')}`;
    },
    close: () => clearInterval(timer),
  };
}
