import { expect, test } from 'vitest';
import { isNewEnough, majorOf, nodePackages } from './versions.mjs';

test('only a Node that runs TypeScript is new enough', () => {
  expect(['v18.20.8', 'v20.20.2', 'v22.22.0', 'v23.11.1', '', 'nonsense', 'v24'].filter(isNewEnough)).toEqual([]);
  expect(['v24.0.0', '24.21.0', 'v26.10.0', 'v100.1.0'].filter(isNewEnough)).toHaveLength(4);
});

test('every Node that would be fetched is new enough and pinned exactly', () => {
  for (const { version } of Object.values(nodePackages)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(isNewEnough(version)).toBe(true);
  }
});

test('something that is no version has no major', () => {
  expect(majorOf('latest')).toBeNaN();
});
