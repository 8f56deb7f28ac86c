import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { prepareHome } from './home.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'massif-home-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

it('a home is made for its owner only, with the directories above it', () => {
  const home = join(temporaryDirectory(), 'deep', 'home');
  prepareHome(home);
  prepareHome(home);
  for (const directory of [home, join(home, 'logs'), join(home, 'run')]) expect(statSync(directory).mode & 0o777).toBe(0o700);
});

it.each([
  ['below a file', (directory: string) => join(directory, 'file', 'deep', 'home')],
  ['that is a file', (directory: string) => join(directory, 'file')],
  ['where the system lets nobody make directories', () => '/proc/massif/home'],
])('a home %s is refused at once, with a sentence', (_, home) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '', { mode: 0o640 });
  expect(() => prepareHome(home(directory))).toThrow(
    expect.objectContaining({
      code: 'invalid_spec',
      message: expect.stringMatching(
        /^MASSIF_HOME: .* cannot be used \(E\w+ at .*; set it to a directory that you may write to$/,
      ) as string,
    }) as Error,
  );
  expect(statSync(join(directory, 'file')).mode & 0o777).toBe(0o640);
});
