import { expect, it } from 'vitest';
import { createShortcutReader } from './shortcuts.ts';

it('goes where the letter after g says, when it comes in time', () => {
  const read = createShortcutReader();
  expect(read('g', 0)).toBeUndefined();
  expect(read('j', 900)).toEqual({ do: 'go', to: '/jobs' });
  read('g', 1000);
  expect(read('j', 2001)).toBeUndefined();
});

it('takes a key by itself, but not as the second of a sequence', () => {
  const read = createShortcutReader();
  expect(read('c', 0)).toEqual({ do: 'go', to: '/new' });
  read('g', 0);
  expect(read('c', 1)).toEqual({ do: 'go', to: '/cluster' });
  read('g', 0);
  expect(read('/', 1)).toBeUndefined();
  expect(read('/', 2)).toEqual({ do: 'search' });
  expect(read('?', 3)).toEqual({ do: 'help' });
  expect(read('x', 4)).toBeUndefined();
});
