import { expect, test } from 'vitest';
import { createSeries, seriesOf } from './series.ts';

function lossSeries(capacity = 4) {
  const waiting: (() => void)[] = [];
  const series = createSeries({ columns: ['step', 'loss'], capacity, schedule: (run) => waiting.push(run) });
  const frame = () => waiting.splice(0).forEach((run) => run());
  const push = (...steps: number[]) => series.push(steps.map((step) => ({ step, loss: step / 10 })));
  return { series, push, frame, waiting };
}

const steps = (series: { column(name: 'step'): Float64Array }) => [...series.column('step')];

test('keeps the newest rows up to its capacity', () => {
  const { series, push } = lossSeries();
  for (let step = 1; step <= 25; step += 1) push(step);
  expect(steps(series)).toEqual([22, 23, 24, 25]);
  expect([...series.column('loss')]).toEqual([2.2, 2.3, 2.4, 2.5]);
});

test('a step that comes again replaces the one before', () => {
  const { series, push } = lossSeries();
  push(1, 2, 3);
  series.push([{ step: 2, loss: 9 }]);
  expect(steps(series)).toEqual([1, 2, 3]);
  expect([...series.column('loss')]).toEqual([0.1, 9, 0.3]);
});

test('a row that comes late finds its place, also when the buffer is full or at its end', () => {
  const { series, push } = lossSeries();
  push(1, 3, 5, 7, 4);
  expect(steps(series)).toEqual([3, 4, 5, 7]);
  for (const step of [10, 20, 30, 40]) push(step, step - 5);
  expect(steps(series)).toEqual([25, 30, 35, 40]);
  push(1);
  expect(steps(series)).toEqual([25, 30, 35, 40]);
  expect([...series.column('loss')]).toEqual([2.5, 3, 3.5, 4]);
});

test('keeps the same rows as a sorted map, whatever comes in which order', () => {
  const { series } = lossSeries(16);
  const model = new Map<number, number>();
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 2000; round += 1) {
    const step = Math.floor(round / 20 + random() * 12);
    const oldest = Math.min(...model.keys());
    if (model.size < 16 || model.has(step) || step > oldest) {
      model.set(step, round);
      if (model.size > 16) model.delete(oldest);
    }
    series.push([{ step, loss: round }]);
  }
  const expected = [...model].toSorted(([a], [b]) => a - b);
  expect(steps(series)).toEqual(expected.map(([step]) => step));
  expect([...series.column('loss')]).toEqual(expected.map(([, loss]) => loss));
});

test('a missing value is NaN, a row without a key is left out', () => {
  const { series } = lossSeries();
  series.push([
    { step: 1, loss: null },
    { step: null, loss: 4 },
  ]);
  expect([...series.column('loss')]).toEqual([Number.NaN]);
});

test('views share the memory of the series', () => {
  const { series, push } = lossSeries();
  push(1, 2);
  expect(series.column('loss').buffer).toBe(series.column('loss').buffer);
});

test('tells listeners once a frame, however often it changed', () => {
  const { series, push, frame, waiting } = lossSeries();
  let calls = 0;
  const stop = series.subscribe(() => (calls += 1));
  push(1);
  push(2);
  expect(calls).toBe(0);
  expect(waiting).toHaveLength(1);
  frame();
  expect(calls).toBe(1);
  push(3);
  frame();
  expect(calls).toBe(2);
  stop();
  push(4);
  frame();
  expect(calls).toBe(2);
  expect(series.version).toBe(4);
});

test('an unknown column is an error', () => {
  expect(() => seriesOf({ x: [1] }).column('y')).toThrow('no column y');
  expect([...seriesOf({ x: [1, 2], y: [null, 3] }).column('y')]).toEqual([Number.NaN, 3]);
});
