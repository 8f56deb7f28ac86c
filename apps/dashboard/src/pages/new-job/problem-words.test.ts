import { fieldRules, type FieldError } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { checkValues, fieldErrorsOf } from './draft/check.ts';
import { initialValues, type SpecValues } from './draft/values.ts';
import { problemInChinese } from './problem-words.ts';
import words from './problems-zh.json';

const problemsOf = (changes: SpecValues): FieldError[] => fieldErrorsOf(checkValues({ ...initialValues, ...changes }).error!);

describe('what is wrong with a field', () => {
  it('has words in Chinese for every rule of the contract', () => {
    expect(Object.keys(words.rules).toSorted()).toEqual([...fieldRules].toSorted());
  });

  it.each<[string, SpecValues, string, string | undefined]>([
    ['a number', { training: { ...initialValues.training, globalBatch: '1e-' } }, '须为数字，而不是 "1e-"。', undefined],
    ['a limit', { training: { ...initialValues.training, steps: 0 } }, '不能小于 1。', undefined],
    ['a duration', { limits: { maxDuration: '2 hours' } }, '须为时长，例如 90s、30m、2h 或 3d，最长 3650d。', undefined],
    ['a size', { resources: { memoryPerDevice: '4gib' } }, '须为大于 0 的大小，例如 4GiB。', undefined],
    ['a name', { trainng: { steps: 1 } }, '没有字段 trainng。', '您是不是想写 training？'],
    ['a range', { resources: { devices: 1, minDevices: 2 } }, '最少设备数 2 大于设备数 1。', '请填写不超过 1 的值。'],
    ['what is not built', { training: { ...initialValues.training, precision: 'bf16' } }, '当前版本不支持。', '可用：fp32。'],
    ['a field that is missing', { data: undefined }, '必填。', '例如填写 { text: [moby-dick.txt] }。'],
  ])('is said of %s', (_, changes, message, fix) => {
    expect(problemsOf(changes).map(problemInChinese)).toContainEqual({ message, fix });
  });

  it('is left to the words of the contract for a rule that is not known here', () => {
    expect(problemInChinese({ path: 'a', message: 'b', rule: 'new' as never })).toBeUndefined();
    expect(problemInChinese({ path: 'a', message: 'b' })).toBeUndefined();
  });
});
