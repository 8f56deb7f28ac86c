import { expect, it } from 'vitest';
import { flatLayout } from './flat.ts';

it('puts decayed parameters first and aligns every start', () => {
  const layout = flatLayout([
    { name: 'bias', shape: [5] },
    { name: 'weight', shape: [3, 7] },
    { name: 'table', shape: [2, 2, 2] },
  ]);
  expect(layout.parameters.map(({ name, offset, length, decays }) => [name, offset, length, decays])).toEqual([
    ['weight', 0, 21, true],
    ['table', 32, 8, true],
    ['bias', 48, 5, false],
  ]);
  expect(layout).toMatchObject({ decayedLength: 48, length: 64 });
});
