import 'uplot/dist/uPlot.min.css';
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import uPlot from 'uplot';
import { useUi } from '../components/provider.tsx';
import { useChartColors } from './colors.ts';
import { zoomed } from './plot-data.ts';
import type { PlotCursor, PlotLook, Range } from './plot-look.ts';
import { plotOptions, readCursor } from './plot-options.ts';
import type { SeriesView } from './series.ts';
import { useWidth } from './use-width.ts';

type PlotProps = PlotLook & {
  /** Of what it shows, for those who do not see it. */
  label: string;
  /** Aligned: x, then one for each line. */
  read: () => uPlot.AlignedData;
  /** Whose changes it follows. */
  sources: readonly SeriesView[];
  height: number;
  /** What is shown of x; null for all. */
  range?: Range | null;
  onRangeChange?: (range: Range | null) => void;
  onCursor?: (cursor: PlotCursor) => void;
  /** What a screen reader says of a point. */
  say: (cursor: NonNullable<PlotCursor>) => string;
};

/** uPlot within React: one canvas that follows its sources, its size, the theme and the range it is given. */
export function Plot({ label, read, sources, height, range = null, onRangeChange, onCursor, say, ...look }: PlotProps) {
  const { words } = useUi();
  const colors = useChartColors();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [spoken, setSpoken] = useState('');
  const helpId = useId();
  const width = useWidth(holder);
  // What changes without a new plot: it reads this when it draws.
  const latest = useRef({ look, read, range, onRangeChange, onCursor });
  useLayoutEffect(() => {
    latest.current = { look, read, range, onRangeChange, onCursor };
  });

  const key = JSON.stringify([
    look.lines,
    look.bands,
    look.time,
    look.logY,
    look.yFrom,
    look.yTo,
    look.sync,
    look.hideX,
    look.gutter,
    width > 0 && width < 560,
  ]);
  useLayoutEffect(() => {
    const element = holder.current;
    if (!element || width === 0) return;
    const created = new uPlot(
      plotOptions({
        look: () => latest.current.look,
        colors,
        width,
        height,
        range: () => latest.current.range,
        onRangeChange: (next) => latest.current.onRangeChange?.(next),
        onCursor: (cursor) => latest.current.onCursor?.(cursor),
      }),
      latest.current.read(),
      element,
    );
    plot.current = created;
    return () => {
      created.destroy();
      plot.current = null;
    };
    // Size is followed below, without a new plot.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key, colors, width > 0]);

  useLayoutEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height });
  }, [width, height]);

  // A new range, new numbers or new marks: uPlot draws once, however many of these came.
  const [from, to] = range ?? [null, null];
  useEffect(() => {
    plot.current?.setData(read());
  }, [read, from, to, look.marks]);

  useEffect(() => {
    const stops = sources.map((source) => source.subscribe(() => plot.current?.setData(latest.current.read())));
    return () => {
      for (const stop of stops) stop();
    };
  }, [sources]);

  const onKeyDown = (event: KeyboardEvent) => {
    const current = plot.current;
    if (!current || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!pressed(current, event.key, (next) => onRangeChange?.(next))) return;
    event.preventDefault();
    const cursor = readCursor(current);
    setSpoken(cursor ? say(cursor) : '');
  };

  return (
    <div className="relative">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application of its own: arrow keys walk along the lines */}
      <div
        ref={holder}
        role="application"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={label}
        aria-describedby={helpId}
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
        className="focus-visible:outline-offset-2"
        style={{ height }}
      />
      <span id={helpId} hidden>
        {words.plotHelp}
      </span>
      <output className="sr-only">{spoken}</output>
    </div>
  );
}

/** @returns whether the key means something here */
function pressed(plot: uPlot, key: string, setRange: (range: Range | null) => void): boolean {
  const x = plot.data[0];
  const { min, max } = plot.scales.x!;
  if (x.length === 0 || min === undefined || max === undefined) return false;
  const at = plot.cursor.idx ?? (key === 'ArrowRight' ? plot.valToIdx(min) - 1 : plot.valToIdx(max) + 1);
  const goTo = (index: number) => {
    const value = x[Math.min(Math.max(index, plot.valToIdx(min)), plot.valToIdx(max))]!;
    plot.setCursor({ left: plot.valToPos(value, 'x'), top: plot.over.clientHeight / 2 });
  };
  const far = Math.max(1, Math.round((plot.valToIdx(max) - plot.valToIdx(min)) / 20));
  const zoom = (factor: number) => {
    const around = plot.cursor.idx === null || plot.cursor.idx === undefined ? (min + max) / 2 : x[plot.cursor.idx]!;
    const all: Range = [x[0]!, x.at(-1)!];
    const next = zoomed([min, max], around, factor, all);
    setRange(next[0] <= all[0] && next[1] >= all[1] ? null : next);
  };
  switch (key) {
    case 'ArrowRight':
      goTo(at + 1);
      return true;
    case 'ArrowLeft':
      goTo(at - 1);
      return true;
    case 'PageDown':
      goTo(at + far);
      return true;
    case 'PageUp':
      goTo(at - far);
      return true;
    case 'Home':
      goTo(0);
      return true;
    case 'End':
      goTo(x.length - 1);
      return true;
    case '+':
    case '=':
      zoom(0.5);
      return true;
    case '-':
      zoom(2);
      return true;
    case 'Escape':
    case '0':
      setRange(null);
      return true;
    default:
      return false;
  }
}
