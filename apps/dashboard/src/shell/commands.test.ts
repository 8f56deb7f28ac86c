import { expect, it } from 'vitest';
import { quote } from './commands.ts';

it('quotes what a shell would read otherwise', () => {
  expect(quote('http://127.0.0.1:7700/api/v1/jobs')).toBe('http://127.0.0.1:7700/api/v1/jobs');
  expect(quote('a b')).toBe("'a b'");
  expect(quote(`it's $HOME`)).toBe(`'it'\\''s $HOME'`);
  expect(quote('')).toBe("''");
});
