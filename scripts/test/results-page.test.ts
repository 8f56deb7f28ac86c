import { expect, test } from 'vitest';
import { renderResults } from './results-page.mjs';

test('the page holds the totals, and for each long test its time and what it measured', () => {
  const page = renderResults(
    [
      { part: 'types', passed: 1, failed: [], skipped: [], measured: [{ name: 'types', durationMs: 900, notes: [] }] },
      {
        part: 'full',
        passed: 1,
        failed: [{ name: 'b > breaks', message: 'a | b\nmore' }],
        skipped: [{ name: 'c > peer', reason: 'no Python' }],
        measured: [{ name: 'a > fuzz', durationMs: 61_000, notes: ['1000 seeds', '3 kinds'] }],
      },
    ],
    { cpu: 'Test CPU', cores: 2, memoryGiB: 24, platform: 'linux-x64', date: '2030-01-02' },
  );
  expect(page).toContain('2030-01-02, 2 cores of Test CPU, 24 GiB, linux-x64: **2 passed, 1 failed, 1 skipped.**');
  expect(page).toContain('| a > fuzz | 61.0 s | 1000 seeds; 3 kinds |');
  expect(page).toContain(String.raw`| b > breaks | | **failed**: a \| b |`);
  expect(page).toContain('| c > peer | | skipped: no Python |');
  expect(page).not.toContain('0.9 s');
});
