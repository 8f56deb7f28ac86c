import { findProgram } from './npm.mjs';
import { SetupProblem } from './problem.mjs';

/** Compilers in the order of `packages/native`. */
const compilers = ['g++', 'clang++', 'c++'];

/**
 * Training needs a C++ compiler for its kernels: says what to install before anything is set up or started. A demo trains nothing.
 * @param {readonly string[]} words of the command line of `massif`
 * @param {NodeJS.ProcessEnv} environment
 */
export function requireCompiler(words, environment) {
  const command = words.find((word) => !word.startsWith('-'));
  if (command !== 'up' || ['--demo', '--help', '-h'].some((option) => words.includes(option))) return;
  const chosen = environment.CXX?.trim().split(/\s+/)[0];
  if ((chosen ? [chosen] : compilers).some((name) => findProgram(name, environment))) return;
  throw new SetupProblem(
    `a C++ compiler is needed and ${chosen ? `\`${chosen}\` (from CXX)` : 'none'} is${chosen ? ' not' : ''} on PATH: install one with ${howToInstall()}, then run this again.`,
    { exitCode: 2 },
  );
}

function howToInstall() {
  return process.platform === 'darwin'
    ? '`xcode-select --install`'
    : '`sudo apt-get install g++` (Debian, Ubuntu), `sudo dnf install gcc-c++` (Fedora, RHEL), `sudo pacman -S gcc` (Arch) or `apk add g++` (Alpine)';
}
