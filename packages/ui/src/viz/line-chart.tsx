import { RotateCcw } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { useUi } from '../components/provider.tsx';
import { ChartFrame, type ChartFrameProps } from './chart-frame.tsx';
import { useChartColors } from './colors.ts';
import { Plot } from './plot.tsx';
import { alignLines, type PlotLine } from './plot-data.ts';
import { colorOf, type LineLook, type Mark, type PlotCursor, type Range } from './plot-look.ts';
import { Readout } from './readout.tsx';
import type { SeriesView } from './series.ts';
import { smooth } from './smooth.ts';
import { useVersion } from './use-version.ts';
import { cellText, type TableData } from './table-data.ts';

export type ChartLine = Pick<LineLook, 'color' | 'dashed' | 'stepped' | 'area'> & {
  id: string;
  label: string;
  source: SeriesView;
  /** Columns of the source. */
  x: string;
  y: string;
  /** A few points that count each by itself, such as evaluations: never smoothed. */
  points?: boolean;
};

export type ChartBand = { id: string; label: string; source: SeriesView; x: string; low: string; high: string; color: LineLook['color'] };

export type LineChartProps = Pick<ChartFrameProps, 'title' | 'description' | 'level' | 'actions' | 'className'> & {
  lines: readonly ChartLine[];
  bands?: readonly ChartBand[];
  marks?: readonly Mark[];
  /** Head of the x column in the table and the readout. */
  xLabel: string;
  /** x is milliseconds since 1970. */
  time?: boolean;
  formatX: (value: number) => string;
  /** Where one is, in the readout; without it, the head of the x column and the value. */
  describeX?: (value: number) => string;
  formatY: (value: number) => string;
  /** Of the values that the y axis has words for, where fewer digits than those of a point will do. */
  formatTick?: (value: number) => string;
  logY?: boolean;
  yFrom?: number;
  yTo?: number;
  /** Weight of the past, 0 to below 1, less where few points are drawn; the raw line stays as a thin one under the smooth one. */
  smoothing?: number;
  range?: Range | null;
  onRangeChange?: (range: Range | null) => void;
  sync?: string;
  height?: number;
  gutter?: number;
  /** In place of the picture, when there is nothing to draw. */
  empty?: ReactNode;
};

type Drawn = LineLook & {
  read: () => PlotLine;
  /** It lies over the line of what was measured, which comes before it and is what the readout says. */
  overRaw?: boolean;
};

/** Lines over steps or time. */
export function LineChart(props: LineChartProps) {
  const { title, lines, bands = none, marks = none, smoothing = 0, range, onRangeChange, height = 240, xLabel, formatX, formatY } = props;
  const { describeX = (x: number) => `${xLabel} ${formatX(x)}` } = props;
  const { words } = useUi();
  const colors = useChartColors();
  const [cursor, setCursor] = useState<PlotCursor>(null);
  const drawn = useMemo(() => [...bands.flatMap(edgesOf), ...lines.flatMap((line) => drawnOf(line, smoothing))], [bands, lines, smoothing]);
  const sources = useMemo(() => [...new Set([...bands, ...lines].map(({ source }) => source))], [bands, lines]);
  const read = useCallback(() => alignLines(drawn.map((line) => line.read())), [drawn]);
  useVersion(sources);
  const named = drawn.flatMap((line, place) => (line.endLabel ? [{ ...line, index: line.overRaw ? place - 1 : place }] : []));
  const at = cursor ?? lastOf(drawn);
  const entries = named.map(({ label, color, points, dashed, index }) => ({
    label,
    color: colorOf(color, colors),
    mark: points ? ('point' as const) : dashed ? ('dash' as const) : ('line' as const),
    text: cellText(at?.values[index] ?? null, formatY),
  }));

  return (
    <ChartFrame
      title={title}
      description={props.description}
      level={props.level}
      className={props.className}
      actions={
        <>
          {range && onRangeChange && (
            <Button size="sm" variant="ghost" icon={RotateCcw} onClick={() => onRangeChange(null)}>
              {words.resetZoom}
            </Button>
          )}
          {props.actions}
        </>
      }
      legend={[...entries, ...bands.map(({ label, color }) => ({ label, color: colorOf(color, colors) }))]}
      table={() => tableOf(props, drawn)}
      readout={<Readout at={at && describeX(at.x)} entries={entries} />}
    >
      <Plot
        label={title}
        lines={drawn.map(lookOf)}
        bands={bands.map(({ color }, index) => ({ high: index * 2 + 1, low: index * 2, color }))}
        marks={marks}
        read={read}
        sources={sources}
        height={height}
        time={props.time}
        logY={props.logY}
        yFrom={props.yFrom}
        yTo={props.yTo}
        formatX={formatX}
        formatY={props.formatTick ?? formatY}
        range={range}
        onRangeChange={onRangeChange}
        sync={props.sync}
        gutter={props.gutter}
        onCursor={setCursor}
        say={({ x, values }) =>
          [describeX(x), ...named.map(({ label, index }) => `${label} ${cellText(values[index] ?? null, formatY)}`)].join(', ')
        }
      />
      {props.empty !== undefined && <div className="absolute inset-0 grid place-items-center text-sm text-text-2">{props.empty}</div>}
    </ChartFrame>
  );
}

const none: readonly never[] = [];

/** The newest numbers: what the readout says while nothing is pointed at. */
function lastOf(drawn: readonly Drawn[]): PlotCursor {
  const ends = drawn.map((line) => {
    const { x, y } = line.read();
    const place = y.findLastIndex((value) => !Number.isNaN(value));
    return place < 0 ? null : { x: x[place]!, y: y[place]! };
  });
  const x = Math.max(...ends.map((end) => end?.x ?? -Infinity));
  return Number.isFinite(x) ? { x, values: ends.map((end) => end?.y ?? null) } : null;
}

function lookOf({ read: _, ...look }: Drawn): LineLook {
  return look;
}

function edgesOf({ label, source, x, low, high, color }: ChartBand): Drawn[] {
  return [low, high].map((column) => ({ label, color, edge: true, read: () => ({ x: source.column(x), y: source.column(column) }) }));
}

function drawnOf({ label, source, x, y, color, dashed, stepped, area, points }: ChartLine, smoothing: number): Drawn[] {
  const raw = () => ({ x: source.column(x), y: source.column(y) });
  const look = { label, color, dashed, stepped, area, points: points ? ('also' as const) : undefined };
  if (smoothing === 0 || points) return [{ ...look, width: points ? 1 : 1.5, endLabel: true, read: raw }];
  const smoothed = () => {
    const values = source.column(y);
    return { x: source.column(x), y: smooth(values, Math.min(smoothing, weightFor(values.length))) };
  };
  return [
    { ...look, width: 1, opacity: 0.35, area: undefined, read: raw },
    { ...look, width: 2, endLabel: true, overRaw: true, read: smoothed },
  ];
}

/** Weight of a past that is a fortieth of what is drawn: a line of five points that lags behind them is no help. */
function weightFor(points: number): number {
  return 1 - 1 / (1 + points / 40);
}

function tableOf({ xLabel, time, formatX, formatY, lines, bands = none }: LineChartProps, drawn: readonly Drawn[]): TableData {
  // What was measured, not what was smoothed.
  const measured = [
    ...bands.flatMap(({ label, source, x, low, high }) =>
      [low, high].map((column) => ({ label: `${label} (${column})`, source, x, y: column })),
    ),
    ...lines,
  ];
  if (drawn.length === 0) return { columns: [{ label: xLabel }], rows: [] };
  const [x, ...columns] = alignLines(measured.map((line) => ({ x: line.source.column(line.x), y: line.source.column(line.y) })));
  return {
    columns: [
      { label: xLabel, format: formatX, csv: time ? (value) => new Date(value).toISOString() : undefined },
      ...measured.map(({ label }) => ({ label, format: formatY })),
    ],
    rows: Array.from(x, (value, row) => [value, ...columns.map((column) => column[row] ?? null)]),
  };
}
