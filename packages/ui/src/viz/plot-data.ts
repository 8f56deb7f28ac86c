import uPlot from 'uplot';

/** One line's numbers; NaN is a gap. */
export type PlotLine = { x: Float64Array; y: Float64Array };

type Values = (number | null | undefined)[];

/**
 * Lines on one x axis, as uPlot takes them: null is a gap, undefined a place where only other lines have a point, which is bridged.
 * Lines that share their x array are not searched.
 */
export function alignLines(lines: readonly PlotLine[]): uPlot.AlignedData {
  const tables: { x: Float64Array; columns: (Values | Float64Array)[]; at: number[] }[] = [];
  for (const [index, { x, y }] of lines.entries()) {
    let table = tables.find((each) => sameView(each.x, x));
    if (!table) tables.push((table = { x, columns: [], at: [] }));
    table.columns.push(withNulls(y));
    table.at.push(index);
  }
  if (tables.length === 0) return [[]];
  if (tables.length === 1) return [tables[0]!.x, ...tables[0]!.columns];
  // A gap reaches over the places where only other lines have a point; without that, a line is drawn from one to the next.
  const gaps = tables.map(({ columns: each }) => [0, ...each.map(() => 2)] as uPlot.JoinNullMode[]);
  const [x, ...columns] = uPlot.join(
    tables.map((table): uPlot.AlignedData => [table.x, ...table.columns]),
    gaps,
  );
  const order = tables.flatMap(({ at }) => at);
  const result: uPlot.AlignedData = [x];
  for (const [place, index] of order.entries()) result[index + 1] = columns[place]!;
  return result;
}

function sameView(a: Float64Array, b: Float64Array): boolean {
  return a === b || (a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length);
}

/** The array itself where nothing is missing. */
function withNulls(values: Float64Array): Values | Float64Array {
  return values.some(Number.isNaN) ? Array.from(values, (value) => (Number.isNaN(value) ? null : value)) : values;
}

/** Range of an axis that has something to show, also for one point or none. */
export function openRange(low: number, high: number): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low < high) return [low, high];
  const room = low === 0 ? 1 : Math.abs(low) * 0.1;
  return [low - room, high + room];
}

/** A range moved or scaled around a point, kept within bounds. @param factor below 1 zooms in */
export function zoomed(
  [low, high]: readonly [number, number],
  around: number,
  factor: number,
  [first, last]: readonly [number, number],
): [number, number] {
  return [Math.max(first, around - (around - low) * factor), Math.min(last, around + (high - around) * factor)];
}
