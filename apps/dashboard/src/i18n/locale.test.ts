import { expect, it } from 'vitest';
import { pickLocale } from './locale.ts';

it('takes the chosen language, else the first of the browser that there is, else English', () => {
  expect(pickLocale('zh', ['en-US'])).toBe('zh');
  expect(pickLocale('klingon', ['fr', 'zh-Hans-CN', 'en'])).toBe('zh');
  expect(pickLocale(null, ['EN-gb', 'zh'])).toBe('en');
  expect(pickLocale(null, ['fr'])).toBe('en');
});
