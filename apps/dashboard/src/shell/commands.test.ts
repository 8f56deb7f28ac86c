import { expect, it } from 'vitest';
import { shellQuote } from './commands.ts';

it('quotes what a shell would read otherwise', () => {
  expect(shellQuote('http://127.0.0.1:7700/api/v1/jobs')).toBe('http://127.0.0.1:7700/api/v1/jobs');
  expect(shellQuote('a b')).toBe("'a b'");
  expect(shellQuote(`it's $HOME`)).toBe(`'it'\\''s $HOME'`);
  expect(shellQuote('')).toBe("''");
});
