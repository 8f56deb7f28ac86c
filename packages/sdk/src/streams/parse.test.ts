import { describe, expect, it } from 'vitest';
import { createSseParser } from './parse.ts';

const stream = [
  'retry: 1500',
  '',
  ': a comment',
  'id: 7',
  'event: log',
  'data: {"line":"a"}',
  '',
  'event: log',
  'data:first',
  'data: second',
  '',
  'id: 8',
  '',
  'data: {"x":1}',
  '',
  'data: cut off',
].join('\n');

const expected = [
  { event: 'log', data: '{"line":"a"}', id: '7' },
  { event: 'log', data: 'first\nsecond', id: '7' },
  { event: 'message', data: '{"x":1}', id: '8' },
];

describe('an event stream', () => {
  it('is read message by message; comments, empty messages and an unfinished last one are none', () => {
    const parser = createSseParser();
    expect(parser.push(stream)).toEqual(expected);
    expect(parser.retryMs).toBe(1500);
  });

  it.each(['\n', '\r\n', '\r'])('is read the same with line breaks %j, however it is cut', (lineBreak) => {
    const text = stream.replaceAll('\n', lineBreak);
    for (let size = 1; size <= 9; size++) {
      const parser = createSseParser();
      const messages = [];
      for (let at = 0; at < text.length; at += size) messages.push(...parser.push(text.slice(at, at + size)));
      expect(messages, `chunks of ${size}`).toEqual(expected);
    }
  });
});
