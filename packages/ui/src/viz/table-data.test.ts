import { expect, test } from 'vitest';
import { sampleRows, toCsv } from './table-data.ts';

test('a CSV has numbers as they are, gaps empty, and quotes what needs it', () => {
  const csv = toCsv({
    columns: [{ label: 'step', format: (value) => `${value}!` }, { label: 'a "loss", nats' }, { label: 'note' }],
    rows: [
      [1, 4.25, 'fine'],
      [2, null, 'two\nlines'],
      [3, Number.NaN, ''],
    ],
  });
  expect(csv).toBe('step,"a ""loss"", nats",note\r\n1,4.25,fine\r\n2,,"two\nlines"\r\n3,,\r\n');
});

test('a CSV holds no formula, and negative numbers stay numbers', () => {
  expect(toCsv({ columns: [{ label: 'name' }, { label: 'value' }], rows: [['=1+1', -3]] })).toBe("name,value\r\n'=1+1,-3\r\n");
});

test('a column may say how a CSV has it', () => {
  const columns = [{ label: 'time', csv: (value: number) => new Date(value).toISOString() }];
  expect(toCsv({ columns, rows: [[0]] })).toBe('time\r\n1970-01-01T00:00:00.000Z\r\n');
});

test('a sample has the first row, the last row and no more than asked', () => {
  const rows = Array.from({ length: 1001 }, (_, index) => index);
  expect(sampleRows(rows, 5)).toEqual([0, 250, 500, 750, 1000]);
  expect(sampleRows([1, 2], 5)).toEqual([1, 2]);
});
