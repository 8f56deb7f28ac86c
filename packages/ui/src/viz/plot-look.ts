import type { ChartColors } from './colors.ts';

export type Range = readonly [number, number];

/** What lies under a cursor. */
export type PlotCursor = {
  x: number;
  /** One for each line: its value at the point nearest to the cursor; null in a gap. */
  values: (number | null)[];
} | null;

/** How one line is drawn. */
export type LineLook = {
  label: string;
  /** 1 to 8 of the series' colours, or a named one. */
  color: number | 'accent' | 'neutral' | 'failed' | 'recovering';
  width?: number;
  /** Below 1 it lies behind. */
  opacity?: number;
  dashed?: boolean;
  /** Points instead of a line, or on it. */
  points?: 'only' | 'also';
  /** Holds its value until the next point. */
  stepped?: boolean;
  /** Filled down to zero with this opacity. */
  area?: number;
  /** Not drawn itself: the edge of a band. */
  edge?: boolean;
  /** Its name stands at its end. */
  endLabel?: boolean;
};

/** The room between two lines, by their places. */
export type BandLook = { high: number; low: number; color: LineLook['color'] };

/** Something that happened at a place of x. */
export type Mark = { x: number; label: string; tone: 'neutral' | 'warning' | 'danger' };

export type PlotLook = {
  lines: readonly LineLook[];
  bands?: readonly BandLook[];
  marks?: readonly Mark[];
  /** x is milliseconds since 1970. */
  time?: boolean;
  logY?: boolean;
  /** Where the y axis begins and ends, however small or large the numbers; honest for counts and shares. */
  yFrom?: number;
  yTo?: number;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  /** Room for the words of the y axis; equal in charts that stand below one another. */
  gutter?: number;
  hideX?: boolean;
  /** Charts with the same key share their crosshair. */
  sync?: string;
};

export function colorOf(color: LineLook['color'], colors: ChartColors): string {
  if (typeof color === 'number') return colors.series[(color - 1) % colors.series.length]!;
  return color === 'neutral' ? colors.text3 : colors[color];
}

/** A colour with an opacity, as canvases take it. */
export function faded(color: string, opacity: number): string {
  return `${color}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;
}

/** Room at the right for names at the lines' ends, where there is enough. */
export const endLabelRoom = 104;
