import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupProblem } from './problem.mjs';

/**
 * How to run npm: the one that runs us if there is one, else the first on PATH. Its JavaScript is run with the Node that it was
 * installed for, whichever Node comes first on PATH by then.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {{ command: string, arguments: string[] }}
 */
export function findNpm(environment) {
  const candidates = [environment.npm_execpath, findProgram('npm', environment)].filter((file) => file !== undefined);
  for (const candidate of candidates) {
    const file = realPath(candidate);
    if (file.endsWith('npm-cli.js')) return { command: process.execPath, arguments: [file] };
  }
  // A shim of a version manager: it knows what to run.
  const shim = findProgram('npm', environment);
  if (shim) return { command: shim, arguments: [] };
  throw new SetupProblem('npm is not on PATH: install Node.js together with npm (https://nodejs.org), then run this again.', {
    exitCode: 2,
  });
}

/** @param {string} file */
function realPath(file) {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/**
 * Full path of a program on PATH, without running anything.
 * @param {string} name a name, or a path that is taken as it is
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined}
 */
export function findProgram(name, environment) {
  const files = name.includes('/')
    ? [name]
    : (environment.PATH ?? '')
        .split(delimiter)
        .filter(Boolean)
        .map((directory) => join(directory, name));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
