import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireCompiler } from './compiler.mjs';
import { temporaryDirectory } from './temporary.ts';

test('without a compiler one sentence says what to install, with exit code 2', () => {
  const PATH = temporaryDirectory();
  expect(() => requireCompiler(['up'], { PATH })).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringMatching(/install one with .*, then run this again\.$/) }),
  );
});

test('any of the usual compilers is enough, and CXX decides where it is set', () => {
  const PATH = temporaryDirectory();
  writeFileSync(join(PATH, 'clang++'), '');
  expect(() => requireCompiler(['up'], { PATH })).toThrow('C++ compiler');
  chmodSync(join(PATH, 'clang++'), 0o755);
  expect(() => requireCompiler(['up'], { PATH })).not.toThrow();
  expect(() => requireCompiler(['up'], { PATH, CXX: `${PATH}/clang++ -m64` })).not.toThrow();
  expect(() => requireCompiler(['up'], { PATH, CXX: 'my-compiler' })).toThrow('`my-compiler` (from CXX) is not on PATH');
});

test('only what trains on this machine needs one', () => {
  const PATH = temporaryDirectory();
  for (const words of ['--json up', 'up --main-job jobs.yaml']) expect(() => requireCompiler(words.split(' '), { PATH })).toThrow('C++');
  for (const words of ['', 'jobs', 'up --demo', 'up --help', 'submit -f up', 'help up'])
    expect(() => requireCompiler(words.split(' '), { PATH })).not.toThrow();
});
