import { RotateCcw } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { Button } from '../components/button.tsx';
import { useUi } from '../components/provider.tsx';
import { ChartFrame, type ChartFrameProps } from './chart-frame.tsx';
import { useChartColors } from './colors.ts';
import { Plot } from './plot.tsx';
import { alignLines } from './plot-data.ts';
import { colorOf, faded, type LineLook, type Mark, type PlotCursor, type Range } from './plot-look.ts';
import { Readout } from './readout.tsx';
import type { SeriesView } from './series.ts';
import { cellText } from './table-data.ts';
import { useVersion } from './use-version.ts';

/** Columns of its source: time, then devices (all but `queued`, which counts jobs). */
export const usageColumns = ['time', 'devices', 'allocated', 'busy', 'useful', 'queued'] as const;

type UsageColumn = (typeof usageColumns)[number];

export type UtilisationBandProps = Pick<ChartFrameProps, 'title' | 'description' | 'level' | 'actions' | 'className'> & {
  source: SeriesView;
  words: Record<UsageColumn, string>;
  formatTime: (timeMs: number) => string;
  /** Such as "412 devices", and "412" on the axis. */
  formatDevices: (devices: number) => string;
  formatJobs: (jobs: number) => string;
  /** Such as "38.2 %", of a share from 0 to 1. */
  formatShare: (share: number) => string;
  formatCount: (count: number) => string;
  marks?: readonly Mark[];
  range?: Range | null;
  onRangeChange?: (range: Range | null) => void;
  height?: number;
};

/** From all there is to what earns: each band lies within the one before, so their shade says how much of it is left. */
const shades = [
  { column: 'allocated', opacity: 0.2 },
  { column: 'busy', opacity: 0.35 },
  { column: 'useful', opacity: 0.9 },
] as const;

const sync = 'utilisation';
const gutter = 56;

/** What the cluster's devices do over time, and how many jobs wait meanwhile, on one time axis. */
export function UtilisationBand(props: UtilisationBandProps) {
  const {
    source,
    title,
    words,
    formatTime,
    formatDevices,
    formatJobs,
    formatShare,
    formatCount,
    range,
    onRangeChange,
    marks,
    height = 200,
  } = props;
  const ui = useUi();
  const colors = useChartColors();
  const [cursor, setCursor] = useState<{ x: number } | null>(null);
  const sources = useMemo(() => [source], [source]);
  useVersion(sources);

  const times = source.column('time');
  const row = cursor ? rowAt(times, cursor.x) : times.length - 1;
  const value = (column: UsageColumn) => (row < 0 ? Number.NaN : source.column(column)[row]!);
  const share = (column: UsageColumn) => value(column) / value('devices');
  const entries = [
    { column: 'devices' as const, color: colors.text3, mark: 'dash' as const, text: cellText(value('devices'), formatDevices) },
    ...shades.map(({ column, opacity }) => ({
      column,
      color: faded(colorOf(1, colors), Math.min(1, opacity + 0.1)),
      mark: 'area' as const,
      text: cellText(share(column), formatShare),
    })),
    { column: 'queued' as const, color: colorOf('recovering', colors), mark: 'area' as const, text: cellText(value('queued'), formatJobs) },
  ].map((entry) => ({ ...entry, label: words[entry.column] }));

  const readUsage = useCallback(() => read(source, ['devices', ...shades.map(({ column }) => column)]), [source]);
  const readQueue = useCallback(() => read(source, ['queued']), [source]);
  const onCursor = useCallback((next: PlotCursor) => setCursor(next && { x: next.x }), []);
  const axis = {
    time: true,
    formatX: formatTime,
    formatY: formatCount,
    gutter,
    sync,
    yFrom: 0,
    range,
    onRangeChange,
    onCursor,
    marks,
    sources,
  };

  return (
    <ChartFrame
      title={title}
      description={props.description}
      level={props.level}
      className={props.className}
      legend={entries}
      actions={
        <>
          {range && onRangeChange && (
            <Button size="sm" variant="ghost" icon={RotateCcw} onClick={() => onRangeChange(null)}>
              {ui.words.resetZoom}
            </Button>
          )}
          {props.actions}
        </>
      }
      readout={<Readout at={row < 0 ? null : formatTime(times[row]!)} entries={entries} />}
      table={() => ({
        columns: usageColumns.map((column) => ({
          label: words[column],
          format: column === 'time' ? formatTime : formatCount,
          csv: column === 'time' ? (timeMs: number) => new Date(timeMs).toISOString() : undefined,
        })),
        rows: Array.from(times, (_, at) => usageColumns.map((column) => source.column(column)[at]!)),
      })}
    >
      <Plot
        {...axis}
        label={title}
        height={height}
        hideX
        lines={[
          { label: words.devices, color: 'neutral', dashed: true, stepped: true, width: 1 },
          ...shades.map(({ column, opacity }): LineLook => ({ label: words[column], color: 1, width: 1, area: opacity, endLabel: true })),
        ]}
        read={readUsage}
        say={({ x, values: [devices, ...used] }) =>
          [
            formatTime(x),
            ...shades.map(({ column }, index) => `${words[column]} ${cellText(shareOf(used[index], devices), formatShare)}`),
          ].join(', ')
        }
      />
      <Plot
        {...axis}
        label={words.queued}
        height={84}
        lines={[{ label: words.queued, color: 'recovering', width: 1, area: 0.5, stepped: true, endLabel: true }]}
        marks={undefined}
        yTo={1}
        read={readQueue}
        say={({ x, values }) => `${formatTime(x)}, ${words.queued} ${cellText(values[0] ?? null, formatJobs)}`}
      />
    </ChartFrame>
  );
}

function shareOf(part: number | null | undefined, whole: number | null | undefined): number | null {
  return part === null || part === undefined || !whole ? null : part / whole;
}

function read(source: SeriesView, columns: readonly UsageColumn[]) {
  const x = source.column('time');
  return alignLines(columns.map((column) => ({ x, y: source.column(column) })));
}

/** The row of a time that is there; the crosshair stands on rows. */
function rowAt(times: Float64Array, time: number): number {
  return times.indexOf(time);
}
