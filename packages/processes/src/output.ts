import { writeSync } from 'node:fs';

const standardOutput = 1;

/**
 * Standard output of a program that must outlive it: a line that cannot be written, because the disk is full or nobody reads
 * any more, is lost. (Loggers that keep it for later fill the memory, end the process, or wait for ever at its end.)
 */
export function lossyOutput(descriptor = standardOutput): { write(text: string): void } {
  return {
    write: (text) => {
      try {
        writeSync(descriptor, text);
      } catch {
        // Whoever would like to know reads the same output.
      }
    },
  };
}
