import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeBelow } from './checkpoints.ts';

function setUp() {
  const base = mkdtempSync(join(tmpdir(), 'massif-expire-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const root = join(base, 'jobs', 'job_1');
  const outside = join(base, 'jobs', 'job_2', 'attempt-1', 'step-1');
  for (const directory of [join(root, 'attempt-1', 'step-1'), outside]) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'weights'), '');
  }
  return { root, outside };
}

describe('deleting a checkpoint', () => {
  it('deletes the directory that it names, and nothing beside it', async () => {
    const { root } = setUp();
    expect(await removeBelow(root, join(root, 'attempt-1', 'step-1'))).toBe(true);
    expect(existsSync(join(root, 'attempt-1', 'step-1'))).toBe(false);
    expect(existsSync(join(root, 'attempt-1'))).toBe(true);
  });

  it('is done when it is gone already, with everything around it or not', async () => {
    const { root } = setUp();
    expect(await removeBelow(root, join(root, 'attempt-1', 'step-9'))).toBe(true);
    expect(await removeBelow(root, join(root, 'attempt-9', 'step-9'))).toBe(true);
  });

  it('touches nothing outside of its job, however the path is written', async () => {
    const { root, outside } = setUp();
    symlinkSync(join(outside, '..'), join(root, 'link'));
    for (const path of [
      outside,
      root,
      join(root, '..'),
      `${root}/attempt-1/..`,
      `${root}/attempt-1/../../job_2/attempt-1/step-1`,
      `${root}/missing/../../job_2/attempt-1`,
      join(root, 'link', 'step-1'),
      'step-1',
      '/',
    ])
      expect(await removeBelow(root, path), path).toBe(false);
    expect(existsSync(join(outside, 'weights'))).toBe(true);
    expect(existsSync(join(root, 'attempt-1', 'step-1', 'weights'))).toBe(true);
  });
});
