import uPlot from 'uplot';
import type { ChartColors } from './colors.ts';
import { drawEndLabels, drawMarks } from './plot-draw.ts';
import { openRange } from './plot-data.ts';
import { colorOf, endLabelRoom, faded, type LineLook, type PlotCursor, type PlotLook, type Range } from './plot-look.ts';
import { pageLanguage, timeTick } from './ticks.ts';

/** Distances between the ticks of an axis that counts: there is no half step. */
const wholeIncrements = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

type PlotOptions = {
  look: () => PlotLook;
  colors: ChartColors;
  width: number;
  height: number;
  range: () => Range | null;
  onRangeChange: (range: Range | null) => void;
  onCursor: (cursor: PlotCursor) => void;
};

export function plotOptions({ look: latest, colors, width, height, range, onRangeChange, onCursor }: PlotOptions): uPlot.Options {
  const look = latest();
  const wide = width >= 560;
  const right = wide && look.lines.some(({ endLabel }) => endLabel) ? endLabelRoom : 20;
  const axis = { stroke: colors.text3, font: `11px ${colors.font}`, ticks: { show: false } };
  const grid = { stroke: colors.line, width: 1 };
  return {
    width,
    height,
    ms: 1,
    padding: [8, right, look.hideX ? 4 : 0, 0],
    legend: { show: false },
    scales: {
      x: {
        time: look.time ?? false,
        range: (_, low, high) => [...(range() ?? openRange(low, high))],
      },
      y: { distr: look.logY ? 3 : 1, range: (_, low, high) => yRange(latest(), low, high) },
    },
    axes: [
      {
        ...axis,
        show: !look.hideX,
        grid: { show: false },
        size: 24,
        gap: 6,
        space: look.time ? 72 : 64,
        ...(look.time ? {} : { incrs: wholeIncrements }),
        values: ({ data }, splits, __, ___, step) =>
          (data[0].length === 0 ? [] : splits).map((value) =>
            look.time ? timeTick(value, step, pageLanguage()) : latest().formatX(value),
          ),
      },
      {
        ...axis,
        grid,
        size: look.gutter ?? (wide ? 64 : 52),
        gap: 6,
        space: height < 120 ? 24 : 36,
        values: ({ data }, splits) => (data[0].length === 0 ? [] : splits).map((value) => (value === null ? '' : latest().formatY(value))),
      },
    ],
    series: [{}, ...look.lines.map((line) => seriesOptions(line, colors))],
    bands: look.bands?.map(({ high, low, color }) => ({ series: [high + 1, low + 1], fill: faded(colorOf(color, colors), 0.18) })),
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 4 },
      points: { size: 7, width: 1.5 },
      sync: look.sync === undefined ? undefined : { key: look.sync, scales: ['x', null], setSeries: false },
      bind: {
        dblclick: () => () => {
          onRangeChange(null);
          return null;
        },
      },
    },
    hooks: {
      draw: [
        (plot) => {
          drawMarks(plot, latest().marks ?? [], colors);
          if (wide) drawEndLabels(plot, latest().lines, colors);
        },
      ],
      setCursor: [(plot) => onCursor(readCursor(plot))],
      setSelect: [
        (plot) => {
          const { left, width: selected } = plot.select;
          if (selected <= 0) return;
          onRangeChange([plot.posToVal(left, 'x'), plot.posToVal(left + selected, 'x')]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** What lies under the cursor of a plot. */
export function readCursor(plot: uPlot): PlotCursor {
  const index = plot.cursor.idx;
  if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) return null;
  const values = plot.series.slice(1).map((_, line) => {
    const at = plot.cursor.idxs?.[line + 1];
    return at === null || at === undefined ? null : (plot.data[line + 1]?.[at] ?? null);
  });
  return { x: plot.data[0][index]!, values };
}

function yRange({ logY, yFrom, yTo }: PlotLook, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [yFrom ?? 0, yTo ?? 1];
  if (logY) return uPlot.rangeLog(low, high, 10, false) as [number, number];
  const [from, to] = openRange(Math.min(low, yFrom ?? low), Math.max(high, yTo ?? high));
  const room = (to - from) * 0.06;
  return [yFrom === undefined ? from - room : from, yTo === undefined ? to + room : to];
}

function seriesOptions(line: LineLook, colors: ChartColors): uPlot.Series {
  const color = colorOf(line.color, colors);
  return {
    label: line.label,
    stroke: line.edge ? 'transparent' : faded(color, line.opacity ?? 1),
    width: line.points === 'only' || line.edge ? 0 : (line.width ?? 1.5),
    dash: line.dashed ? [5, 4] : undefined,
    fill: line.area === undefined ? undefined : faded(color, line.area),
    paths: line.stepped ? uPlot.paths.stepped!({ align: 1 }) : undefined,
    points: line.points ? { show: true, size: 7, fill: color, stroke: colors.surface, width: 1.5 } : { show: false },
  };
}
