import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, jobSpecLengthMax, parseJobText, parseText } from '../index.ts';

const yaml = `
kind: train   # a comment
model: { preset: gpt2 }
data:
  text: [moby-dick.txt]
training:
  steps: 300
  globalBatch: 8
  sequence: 256
  optimizer: { learningRate: 1e-3, eps: 1E-8 }
resources: { memoryPerDevice: 4GiB }
`;

function refusal(text: string): AppError {
  const started = process.cpuUsage();
  try {
    parseJobText(text);
  } catch (error) {
    // Time of this process alone: the machine may have other work.
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the text of a spec', () => {
  it('is YAML 1.2, where 1e-3 is a number', () => {
    expect(parseJobText(yaml, { fileName: 'a.yaml' })).toMatchObject({
      name: 'a',
      training: { optimizer: { learningRate: 0.001, eps: 1e-8 } },
      resources: { memoryPerDevice: 2 ** 32 },
    });
  });

  it('is any JSON whose keys differ, whatever its texts look like', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify([value, { value }], null, 1);
        expect(parseText(text)).toEqual(JSON.parse(text));
      }),
    );
    const tricky = { a: '"a": {', 'a"': '}', b: [{ a: 1 }, { a: 2 }], c: { a: '\\', 'b:': ':' } };
    expect(parseText(JSON.stringify(tricky))).toEqual(tricky);
  });

  it('is JSON too, also with tabs and long keys', () => {
    const json = JSON.stringify(parseJobText(yaml), null, '\t');
    expect(parseJobText(json)).toEqual(parseJobText(yaml));
    expect(parseText(`\uFEFF{"a": 1}`)).toEqual({ a: 1 });
    expect(parseText(`{"${'k'.repeat(2000)}":1}`)).toEqual({ ['k'.repeat(2000)]: 1 });
    expect(parseText('{"a":"\\u00e9\\n","b":[1e5,-0.5,true,null]}')).toEqual({ a: 'é\n', b: [1e5, -0.5, true, null] });
  });

  it('of JSON reads as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        if (/^\s*[[{]/.test(json)) expect(parseText(json)).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each<[string, string, RegExp, { line: number; column: number }]>([
    ['is cut off', 'kind: train\nmodel: { preset: gpt2', /line 2/, { line: 2, column: expect.any(Number) as number }],
    ['has a key twice', 'kind: train\nname: a\nname: b\n', /the key "name" is there twice/, { line: 3, column: 1 }],
    ['has a key twice inside', 'kind: train\nmodel:\n  preset: a\n  preset: b\n', /"preset" is there twice/, { line: 4, column: 3 }],
    ['has a key twice in JSON, once escaped', '{"model": {"a": 1, "\\u0061": 2}}', /"a" is there twice/, { line: 1, column: 20 }],
    ['has a key twice in JSON', '{"kind": "train",\n "kind": "deploy"}', /"kind" is there twice/, { line: 2, column: 2 }],
    ['is indented by tabs', 'model:\n\tpreset: gpt2\n', /line 2/, { line: 2, column: expect.any(Number) as number }],
    ['has two documents', 'kind: train\n---\nkind: train\n', /line 2/, { line: 2, column: expect.any(Number) as number }],
    ['is empty', '', /empty/, { line: 1, column: 1 }],
    ['is a comment', '# nothing', /empty/, { line: 1, column: 1 }],
    ['has a tag', 'kind: !!js/function train', /tag/i, { line: 1, column: 7 }],
    ['has an object as a key', '{ [a, b]: 1 }', /plain text/, { line: 1, column: 3 }],
    ['names an anchor that is not there', 'kind: *nowhere', /line 1/, { line: 1, column: expect.any(Number) as number }],
    ['is broken JSON', '{"kind": "train",', /line 1/, { line: 1, column: expect.any(Number) as number }],
  ])('that %s is malformed, with line and column', (_, text, message, place) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'malformed_body', status: 400, context: place });
    expect(error.message).toMatch(message);
  });

  it('that is no object is invalid', () => {
    for (const text of ['[1]', '"x"', 'x', '1', 'null', 'true']) expect(refusal(text)).toMatchObject({ code: 'invalid_spec' });
  });

  it('is one document', () => {
    expect(refusal(`${yaml}---\n${yaml}`).message).toMatch(/line 12, column 1: a second document begins here/);
  });

  it('that is too long is refused before it is read', () => {
    expect(refusal('x'.repeat(jobSpecLengthMax + 1))).toMatchObject({ code: 'body_too_large', status: 413 });
  });

  const wide = Math.floor(jobSpecLengthMax / 12);
  it.each<[string, string]>([
    [
      'aliases that expand',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
        .join('\n')}`,
    ],
    ['an alias of itself', 'a: &a [*a]'],
    ['a merge of itself', 'a: &a { <<: *a }'],
    ['brackets', '['.repeat(jobSpecLengthMax)],
    ['JSON brackets', `${'['.repeat(1e5)}${']'.repeat(1e5)}`],
    ['braces', '{a: '.repeat(jobSpecLengthMax / 4)],
    ['dashes', '- '.repeat(jobSpecLengthMax / 2)],
    ['questions', '? '.repeat(jobSpecLengthMax / 2)],
    ['indentation', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['many keys', Array.from({ length: wide }, (_, i) => `k${i}: 1\n`).join('')],
    ['one key many times', 'a: 1\n'.repeat(wide)],
    ['many anchors', Array.from({ length: wide }, (_, i) => `- &a${i} 1\n`).join('')],
    ['many aliases', `- &a 1\n${'- *a\n'.repeat(wide)}`],
    ['quotes', `"${'\\u0000'.repeat(wide)}"`],
    ['an open quote', `"${'a\n'.repeat(jobSpecLengthMax / 2 - 2)}`],
    ['a long number', `priority: ${'9'.repeat(wide)}`],
    ['line ends', '\n'.repeat(jobSpecLengthMax)],
    ['percent signs', '%a\n'.repeat(jobSpecLengthMax / 3)],
    ['colons', ':'.repeat(jobSpecLengthMax)],
    ['errors', 'a: b: c\n'.repeat(wide)],
    ['ends without a beginning', '!}'.repeat(jobSpecLengthMax / 2)],
    ['empty maps', '{}'.repeat(jobSpecLengthMax / 2)],
    ['spaces in a plain scalar', `a:${' x'.repeat(jobSpecLengthMax / 2 - 2)}`],
  ])('made of %s is refused in time', (_, text) => {
    expect(['malformed_body', 'invalid_spec']).toContain(refusal(text).code);
  });

  it('of any characters gets a value or a typed error', () => {
    const alphabet = fc.constantFrom(
      ...Array.from('[]{}:,-?*&!|>\'"%@`# \n\tabc019.\0\uFEFF\ud800é'),
      ': ',
      '- ',
      '\n  ',
      'kind: train\n',
      '<<: ',
      '&a ',
      '*a',
      '---\n',
      '...\n',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
        try {
          parseJobText(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('that was broken anywhere gets a value or a typed error', () => {
    fc.assert(
      fc.property(fc.nat({ max: yaml.length }), fc.string({ unit: 'binary', maxLength: 3 }), fc.nat({ max: 5 }), (at, insert, remove) => {
        try {
          parseJobText(yaml.slice(0, at) + insert + yaml.slice(at + remove));
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
