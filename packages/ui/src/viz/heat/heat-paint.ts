import type { ChartColors } from '../colors.ts';
import { heat, notMeasured, type HeatData } from './heat-data.ts';
import type { HeatLayout } from './heat-layout.ts';

/** What fills the cells of allocated devices; `state`: only that they are. */
export type HeatMetric = 'busy' | 'memory' | 'state';

export type HeatPainter = {
  all(): void;
  cells(indices: readonly number[]): void;
};

type PaintOptions = { data: HeatData; layout: HeatLayout; colors: ChartColors; ramp: readonly string[]; metric: HeatMetric };

/** Paints on a context in CSS pixels. */
export function heatPainter(context: CanvasRenderingContext2D, { data, layout, colors, ramp, metric }: PaintOptions): HeatPainter {
  const { x, y, cell, labelWidth } = layout;
  const radius = cell >= 16 ? 3 : cell >= 12 ? 2 : 0;
  const values = metric === 'state' ? null : data[metric];

  function paint(index: number): void {
    const left = x[index]!;
    const top = y[index]!;
    context.clearRect(left - 0.5, top - 0.5, cell + 1, cell + 1);
    paintCell(context, { left, top, cell, radius, state: data.state[index]!, value: values ? values[index]! : null, colors, ramp });
  }

  return {
    cells(indices) {
      for (const index of indices) paint(index);
    },
    all() {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      context.textBaseline = 'middle';
      context.fillStyle = colors.text2;
      context.font = `500 11px ${colors.font}`;
      for (const rack of layout.racks) context.fillText(fit(context, rack.name, rack.width), rack.x, rack.y + 7);
      for (const [place, box] of layout.nodes.entries()) {
        const node = data.nodes[place]!;
        if (labelWidth > 0) {
          context.fillStyle = colors.text2;
          context.font = `12px ${colors.font}`;
          context.fillText(fit(context, node.name, labelWidth - 8), box.x - labelWidth - 5, box.y + cell / 2);
        }
        if (node.state !== 'ready')
          paintBar(context, { left: box.x - 4, top: box.y, height: box.height, broken: node.state === 'cordoned', colors });
      }
      for (let index = 0; index < x.length; index += 1) paint(index);
    },
  };
}

/** Per cent up to which an allocated device counts as idle. */
export const idleMost = 10;

type Cell = {
  left: number;
  top: number;
  cell: number;
  radius: number;
  state: number;
  /** Per cent, or notMeasured; null where only the state matters. */
  value: number | null;
  colors: ChartColors;
  ramp: readonly string[];
};

/** Free is hollow, allocated is filled by its value, not measured has a dash, unhealthy a cross: told apart without colour. */
export function paintCell(context: CanvasRenderingContext2D, { left, top, cell, radius, state, value, colors, ramp }: Cell): void {
  const box = { left, top, cell, radius };
  context.lineWidth = 1;
  if (state === heat.free) {
    outline(context, box, colors.control);
  } else if (state !== heat.allocated) {
    fill(context, box, colors.failed);
    cross(context, box, colors.surface);
  } else if (value === null) {
    fill(context, box, colors.running);
  } else if (value === notMeasured) {
    fill(context, box, colors.lineStrong);
    context.fillStyle = colors.surface;
    context.fillRect(left + cell * 0.3, top + Math.floor(cell / 2) - 0.5, cell * 0.4, 1);
  } else {
    fill(context, box, ramp[Math.min(100, value)]!);
    // The first colours of the ramp are close to the ground, and who holds a device without using it should be seen.
    if (value <= idleMost) outline(context, box, colors.text3);
  }
}

type Box = { left: number; top: number; cell: number; radius: number };

/** Small cells have no round corners: nobody would see them, and thousands of them take their time. */
function fill(context: CanvasRenderingContext2D, { left, top, cell, radius }: Box, color: string): void {
  context.fillStyle = color;
  if (radius === 0) {
    context.fillRect(left, top, cell, cell);
    return;
  }
  context.beginPath();
  context.roundRect(left, top, cell, cell, radius);
  context.fill();
}

function outline(context: CanvasRenderingContext2D, { left, top, cell, radius }: Box, color: string): void {
  context.strokeStyle = color;
  if (radius === 0) {
    context.strokeRect(left + 0.5, top + 0.5, cell - 1, cell - 1);
    return;
  }
  context.beginPath();
  context.roundRect(left + 0.5, top + 0.5, cell - 1, cell - 1, radius);
  context.stroke();
}

function cross(context: CanvasRenderingContext2D, { left, top, cell }: Box, color: string): void {
  const inset = Math.max(1.5, cell * 0.25);
  context.beginPath();
  context.moveTo(left + inset, top + inset);
  context.lineTo(left + cell - inset, top + cell - inset);
  context.moveTo(left + cell - inset, top + inset);
  context.lineTo(left + inset, top + cell - inset);
  context.strokeStyle = color;
  context.lineWidth = cell >= 16 ? 2 : cell >= 10 ? 1.5 : 1;
  context.stroke();
}

type Bar = { left: number; top: number; height: number; broken: boolean; colors: ChartColors };

/** Left of a node: whole when it is unhealthy, broken when it is cordoned. */
export function paintBar(context: CanvasRenderingContext2D, { left, top, height, broken, colors }: Bar): void {
  context.fillStyle = broken ? colors.recovering : colors.failed;
  if (!broken) {
    context.fillRect(left, top, 2, height);
    return;
  }
  for (let down = 0; down < height; down += 4) context.fillRect(left, top + down, 2, Math.min(2, height - down));
}

function fit(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
  return `${text.slice(0, end)}…`;
}
