import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NativeError } from './errors.ts';

export interface Compiler {
  /** Command that runs it, with its leading arguments (`ccache g++`). */
  command: readonly string[];
  /** First line of `--version`: part of every cache key. */
  version: string;
}

const candidates = ['g++', 'clang++', 'c++'];
const found = new Map<string, Promise<Compiler>>();

/**
 * The system's C++ compiler: the caller's choice (`$CXX`) if given, else the first of g++, clang++, c++ that runs.
 * @throws NativeError `compiler_missing`, with what to install.
 */
export function findCompiler(chosen?: string): Promise<Compiler> {
  const key = chosen ?? '';
  let search = found.get(key);
  if (!search) {
    search = tryAll(chosen ? [chosen] : candidates);
    found.set(key, search);
    search.catch(() => found.delete(key)); // it may be installed while we run
  }
  return search;
}

async function tryAll(commands: readonly string[]): Promise<Compiler> {
  for (const text of commands) {
    const command = text.trim().split(/\s+/);
    try {
      const { stdout } = await promisify(execFile)(command[0]!, [...command.slice(1), '--version']);
      return { command, version: stdout.split('\n')[0]!.trim() };
    } catch {
      // Not there, or a stub that only offers to install it (macOS): try the next.
    }
  }
  throw new NativeError(
    'compiler_missing',
    `No C++ compiler found (tried ${commands.join(', ')}). Install one: "sudo apt-get install g++" on Debian and Ubuntu, ` +
      '"sudo dnf install gcc-c++" on Fedora, "xcode-select --install" on macOS; or set CXX to the compiler to use.',
    { tried: commands },
  );
}
