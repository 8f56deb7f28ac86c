import { expect, test } from 'vitest';
import { parseArguments } from './arguments.mjs';

const parts = ['types', 'lint', 'unit'];

test('without arguments every part runs', () => {
  expect(parseArguments([], parts)).toEqual({ only: [], full: false, keepEnvironment: false, extra: [] });
});

test('parts come first, own options anywhere after, the rest goes to the one chosen part', () => {
  expect(parseArguments(['types', 'lint'], parts).only).toEqual(['types', 'lint']);
  expect(parseArguments(['--full', '--keep-env'], parts)).toMatchObject({ full: true, keepEnvironment: true });
  expect(parseArguments(['unit', 'packages/nn', '--keep-env', '-t', 'lint'], parts)).toEqual({
    only: ['unit'],
    full: false,
    keepEnvironment: true,
    extra: ['packages/nn', '-t', 'lint'],
  });
});

test('a word that nothing would use is refused', () => {
  expect(() => parseArguments(['units'], parts)).toThrow('units is not a part of the tests: types, lint, unit');
  expect(() => parseArguments(['types', 'lint', 'x'], parts)).toThrow('x is not a part');
});
