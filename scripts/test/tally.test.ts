import { expect, test } from 'vitest';
import type { TestRecord } from './tally.mjs';
import { isSuccess, summarise, tallyCheck, tallyTests } from './tally.mjs';

const passing: TestRecord = { file: 'a.test.ts', name: 'works', state: 'passed', durationMs: 5, notes: [] };

test('passed, failed and skipped tests are counted, with messages and reasons', () => {
  const report = {
    tests: [
      passing,
      { ...passing, name: 'breaks', state: 'failed' as const, message: 'expected 1 to be 2' },
      { ...passing, name: 'needs a GPU', state: 'skipped' as const, reason: 'no CUDA device' },
    ],
    errors: [],
  };
  const result = tallyTests('unit', { report, ending: 'ended with exit code 1' });
  expect(result).toMatchObject({
    passed: 1,
    failed: [{ name: 'a.test.ts > breaks', message: 'expected 1 to be 2' }],
    skipped: [{ name: 'a.test.ts > needs a GPU', reason: 'no CUDA device' }],
  });
  const lines = summarise([result, tallyCheck('types', { ending: undefined, durationMs: 1 })]).split('\n');
  expect(lines.at(-2)).toBe('2 passed, 1 failed, 1 skipped');
  expect(lines).toEqual(expect.arrayContaining(['      expected 1 to be 2', '      no CUDA device']));
});

test.each([
  ['a runner that crashed', { report: undefined, ending: 'was killed by SIGSEGV' }, 'was killed by SIGSEGV'],
  [
    'a runner that fails though every test passed',
    { report: { tests: [passing], errors: [] }, ending: 'ended with exit code 1' },
    'ended with exit code 1',
  ],
  ['no tests at all', { report: { tests: [], errors: [] }, ending: undefined }, 'found no tests'],
  [
    'a skip without a reason',
    { report: { tests: [passing, { ...passing, state: 'skipped' as const }], errors: [] }, ending: undefined },
    'skipped without a reason',
  ],
  [
    'a test that never ended',
    { report: { tests: [{ ...passing, state: 'pending' as const }], errors: [] }, ending: undefined },
    'never ended',
  ],
  [
    'an error outside of any test',
    { report: { tests: [passing], errors: [{ where: 'b.test.ts', message: 'cannot import' }] }, ending: undefined },
    'cannot import',
  ],
])('%s is one failure', (_, run, message) => {
  const result = tallyTests('unit', run);
  expect(result.failed).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })]);
  expect(isSuccess([result])).toBe(false);
});

test('nothing run is no success', () => {
  expect(isSuccess([])).toBe(false);
  expect(summarise([])).toBe('\n0 passed, 0 failed, 0 skipped\n');
});

test('a check counts as one test', () => {
  expect(tallyCheck('lint', { ending: undefined, durationMs: 3 })).toMatchObject({ passed: 1, failed: [] });
  expect(tallyCheck('lint', { ending: 'ended with exit code 1', durationMs: 3 })).toMatchObject({
    passed: 0,
    failed: [{ name: 'lint', message: 'ended with exit code 1' }],
  });
});

test('a long message is cut in the summary', () => {
  const message = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
  expect(
    summarise([{ part: 'unit', passed: 0, failed: [{ name: 'x', message }], skipped: [], measured: [] }]).split('\n').length,
  ).toBeLessThan(25);
});
