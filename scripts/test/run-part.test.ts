import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../bootstrap/paths.mjs';
import { temporaryDirectory } from '../bootstrap/temporary.ts';
import type { Part } from './parts.mjs';
import { partsOf } from './parts.mjs';
import { runPart } from './run-part.mjs';

/** Runs the real unit part on a checkout that has only these test files. */
async function runUnit(files: Record<string, string>) {
  const root = temporaryDirectory();
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  symlinkSync(join(checkout, 'vitest.config.ts'), join(root, 'vitest.config.ts'));
  mkdirSync(join(root, 'packages/x'), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(root, 'packages/x', name), `import { expect, test } from 'vitest';\n${text}`);
  const unit = partsOf(checkout).find(({ name }) => name === 'unit');
  if (!unit) throw new Error('there is no unit part');
  return await run(unit, root);
}

async function run(part: Part, root = temporaryDirectory()) {
  const { VITEST: _, ...environment } = process.env;
  return await runPart(part, {
    node: process.execPath,
    root,
    environment,
    abort: new AbortController().signal,
    extra: [],
    output: 'capture',
  });
}

test('the outcome of real tests is collected', async () => {
  const result = await runUnit({
    'a.test.ts': `
      test('passes', async ({ annotate }) => { await annotate('7 cases'); expect(1).toBe(1); });
      test('fails', () => expect(1).toBe(2));
      test('needs something', ({ skip }) => skip('not on this machine'));
      test.skip('is forgotten', () => {});`,
    'b.test.ts': "throw new Error('broken import');",
    'c.integration.test.ts': "test('is not a unit test', () => expect(1).toBe(2));",
  });
  expect(result.passed).toBe(1);
  expect(result.measured[0]?.notes).toEqual(['7 cases']);
  expect(result.skipped).toEqual([{ name: 'packages/x/a.test.ts > needs something', reason: 'not on this machine' }]);
  expect(result.failed.map(({ name, message }) => `${name}: ${message.split(/[\n:(]/)[0]}`).toSorted()).toEqual([
    'packages/x/a.test.ts > fails: expected 1 to be 2 // Object.is equality',
    'packages/x/a.test.ts > is forgotten: skipped without a reason',
    'packages/x/b.test.ts: broken import',
  ]);
});

test('tests that another one keeps from running are a failure', async () => {
  const result = await runUnit({ 'a.test.ts': `test.${'only'}('a', () => expect(1).toBe(1)); test('b', () => expect(1).toBe(2));` });
  expect(result.failed).not.toEqual([]);
});

test('no test files are a failure', async () => {
  expect((await runUnit({})).failed).toHaveLength(1);
});

test('a crash of the whole runner is a failure', async () => {
  const part: Part = { name: 'x', kind: 'tests', commands: [['-e', 'process.abort()']], limitMinutes: 1 };
  expect((await run(part)).failed).toEqual([{ name: 'the test runner', message: 'was killed by SIGABRT' }]);
});

test('a test whose process dies is a failure that says how', async () => {
  const { failed } = await runUnit({
    'a.test.ts': "test('dies', () => { process.kill(process.pid, 'SIGSEGV'); return new Promise(() => {}); });",
  });
  expect(failed.map(({ message }) => message).join('\n')).toContain('SIGSEGV');
});

test('what a part leaves among temporary files is removed', async () => {
  const told = join(temporaryDirectory(), 'told');
  const script = `const { mkdtempSync, writeFileSync } = require('node:fs');
    writeFileSync(${JSON.stringify(told)}, mkdtempSync(require('node:os').tmpdir() + '/left-'));
    process.abort();`;
  await run({ name: 'x', kind: 'check', commands: [['-e', script]], limitMinutes: 1 });
  const left = readFileSync(told, 'utf8');
  expect(left).toContain('/left-');
  expect(existsSync(left)).toBe(false);
});

test('a part that hangs is ended at its limit', async () => {
  const part: Part = { name: 'x', kind: 'check', commands: [['-e', 'setInterval(() => {}, 1000)']], limitMinutes: 0.005 };
  expect((await run(part)).failed).toEqual([{ name: 'x', message: 'took longer than 0.005 minutes' }]);
});

test('a check stops at its first command that fails', async () => {
  const marker = join(temporaryDirectory(), 'ran');
  const part: Part = {
    name: 'x',
    kind: 'check',
    commands: [
      ['-e', 'process.exit(3)'],
      ['-e', `require('fs').writeFileSync(${JSON.stringify(marker)}, '')`],
    ],
    limitMinutes: 1,
  };
  expect((await run(part)).failed).toEqual([{ name: 'x', message: 'ended with exit code 3 (see its output above)' }]);
});
