import { AppError } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { cursorAt } from './cursor.ts';
import { diagnose } from './diagnose.ts';
import { placeOf, splitPath } from './places.ts';
import { fieldAt, fieldsAt, valuesAt } from './schema.ts';

const text = `kind: train
model: { preset: gpt2-micro }
data:
  text:
    - a.txt
    - b.txt
training:
  steps: 100
  globalBatch: 8
  sequence: 128
  optimizer: { learningRate: 1e-3 }
  schedule:
    name: cosine
`;

const at = (path: string, source = text) => {
  const { from, to } = placeOf(source, path);
  return source.slice(from, to);
};

describe('the place of a field', () => {
  it('is that of its value, or of its key where the value has fields of its own', () => {
    expect(at('kind')).toBe('train');
    expect(at('training')).toBe('training');
    expect(at('training.optimizer.learningRate')).toBe('1e-3');
    expect(at('data.text[1]')).toBe('b.txt');
    expect(splitPath('runtime.container.env["A B"]')).toEqual(['runtime', 'container', 'env', 'A B']);
  });

  it('that is not there is the nearest one that it would be in', () => {
    expect(at('training.checkpoint.every')).toBe('training');
    expect(at('resources.devices')).toBe('kind: train');
    expect(at('kind', '')).toBe('');
  });
});

describe('the diagnosis', () => {
  it('marks each problem where it is, with what to write instead', () => {
    const wrong = text.replace('steps: 100', 'stepz: 100').replace('name: cosine', 'name: cosin');
    const marked = diagnose(wrong).map(({ from, to, fix }) => [wrong.slice(from, to), fix]);
    expect(marked).toEqual([
      ['cosin', 'did you mean cosine?'],
      ['stepz', 'write steps'],
      ['training', 'add training.steps, for example 300'],
    ]);
  });

  it('marks a text that is none at the line of the parser', () => {
    const wrong = 'kind: train\nmodel: { preset: a\ndata: 1\n';
    const [problem] = diagnose(wrong);
    expect(wrong.slice(0, problem!.from).split('\n').length).toBeGreaterThan(1);
    // Its line is named beside it.
    expect(problem!.message).toBe('Flow map in block collection must be sufficiently indented and end with a }');
  });

  it('judges the text as it would be submitted, what is empty in it too', () => {
    expect(diagnose(`${text}trainig: {}\n`)).toMatchObject([{ path: 'trainig', rule: 'misspelt_field' }]);
  });

  it('marks what the planner found, once the text itself is right', () => {
    const refusal = new AppError('does_not_fit', 'too large', { context: { path: 'training.sequence' } });
    expect(diagnose(text, refusal)).toMatchObject([{ path: 'training.sequence', message: 'too large' }]);
    const inAnyLanguage = { rule: 'no_such_device', facts: { type: 'x', known: 'cpu' } } as const;
    const errors = [{ path: 'resources.deviceType', message: 'no x', ...inAnyLanguage }];
    expect(diagnose(text, new AppError('invalid_spec', 'no x', { errors }))).toMatchObject([inAnyLanguage]);
    expect(diagnose('kind: deploy', refusal).every(({ message }) => message !== 'too large')).toBe(true);
    expect(diagnose(text)).toEqual([]);
  });
});

describe('the cursor', () => {
  it.each([
    ['', [], 'key', ''],
    ['ki', [], 'key', 'ki'],
    ['kind: tr', ['kind'], 'value', 'tr'],
    ['training:\n  st', ['training'], 'key', 'st'],
    ['training:\n  steps: 1\n  ', ['training'], 'key', ''],
    ['training:\n  steps: 1\nmo', [], 'key', 'mo'],
    ['training:\n  schedule:\n    name: co', ['training', 'schedule', 'name'], 'value', 'co'],
    ['training:\n  optimizer: { lear', ['training', 'optimizer'], 'key', 'lear'],
    ['training:\n  optimizer: { name: adamw, lear', ['training', 'optimizer'], 'key', 'lear'],
    ['training:\n  optimizer: { name: ad', ['training', 'optimizer', 'name'], 'value', 'ad'],
    ['layout: { offload: { optimizer: { tier: h', ['layout', 'offload', 'optimizer', 'tier'], 'value', 'h'],
    ['layout: { offload: { optimizer: { tier: host }, ', ['layout', 'offload'], 'key', ''],
    ['# a: comment\nkind: train # b: c\nresources:\n  dev', ['resources'], 'key', 'dev'],
  ])('in %j is at %j, a %s after %j', (before, path, writes, word) => {
    const cursor = cursorAt(`${before}\nqueue: default\n`, before.length);
    expect({ ...cursor, from: before.slice(cursor.from) }).toEqual({ path, writes, from: word });
  });
});

describe('the help', () => {
  it('is made of the contract', () => {
    expect(fieldsAt([]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kind', 'model', 'data', 'training', 'resources', 'limits']),
    );
    expect(fieldsAt(['model']).map(({ name }) => name)).toEqual(['preset', 'path', 'config', 'job']);
    expect(fieldAt(['training', 'optimizer', 'learningRate'])).toMatchObject({ description: 'Peak of the schedule.', isObject: false });
    expect(fieldAt(['training', 'optimizer'])).toMatchObject({ isObject: true });
    expect(fieldAt(['training', 'checkpoint', 'every'])).toMatchObject({ default: 100, type: 'integer 1…' });
    expect(fieldsAt(['limits']).map(({ name }) => name)).toEqual(['maxDuration', 'maxRestarts']);
    expect(fieldAt(['limits', 'maxCostUsd'])).toBeDefined();
    expect(fieldAt(['nothing'])).toBeUndefined();
  });

  it('knows the values that can be named', () => {
    expect(valuesAt(['training', 'schedule', 'name'])).toEqual(['constant', 'cosine', 'linear', 'wsd']);
    expect(valuesAt(['objective'])).toEqual(['fastest', 'cheapest', 'fewestDevices']);
    expect(valuesAt(['limits', 'maxDuration'])).toContain('2h');
    expect(valuesAt(['resources', 'spot'])).toEqual(['true', 'false']);
  });
});
