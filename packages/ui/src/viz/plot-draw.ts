import type uPlot from 'uplot';
import type { ChartColors } from './colors.ts';
import { colorOf, endLabelRoom, type LineLook, type Mark } from './plot-look.ts';
import { spreadNear } from './spread.ts';

/** Text on a canvas in CSS pixels, whatever the screen has. */
function inCssPixels(plot: uPlot, draw: (context: CanvasRenderingContext2D) => void): void {
  const context = plot.ctx;
  const ratio = devicePixelRatio;
  context.save();
  context.scale(ratio, ratio);
  draw(context);
  context.restore();
}

function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
  return `${text.slice(0, end)}…`;
}

/** The name of each line at its last point in view, where there is room: the legend has all of them. */
export function drawEndLabels(plot: uPlot, lines: readonly LineLook[], colors: ChartColors): void {
  const ends = lines.flatMap((line, index) => {
    const place = line.endLabel ? lastPlace(plot, index + 1) : undefined;
    return place === undefined ? [] : [{ ...line, place }];
  });
  const top = plot.over.offsetTop;
  const low = top + 7;
  const high = top + plot.over.clientHeight - 7;
  const places = spreadNear(
    ends.map(({ place }) => top + place),
    { gap: 15, low, high },
  );
  inCssPixels(plot, (context) => {
    context.font = `12px ${colors.font}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    const left = plot.over.offsetLeft + plot.over.clientWidth + 6;
    for (const [index, { label, color }] of ends.entries()) {
      const at = places[index];
      if (at === undefined) continue;
      // The colour as a stub of the line, the name as text: thin lines' colours are too light to read.
      context.fillStyle = colorOf(color, colors);
      context.fillRect(left, at - 1, 8, 2);
      context.fillStyle = colors.text2;
      context.fillText(cut(context, label, endLabelRoom - 24), left + 12, at);
    }
  });
}

function lastPlace(plot: uPlot, series: number): number | undefined {
  const values = plot.data[series];
  const { min, max } = plot.scales.x!;
  if (!values || min === undefined || max === undefined) return undefined;
  const first = plot.valToIdx(min);
  for (let index = plot.valToIdx(max); index >= first; index -= 1) {
    const value = values[index];
    if (value !== null && value !== undefined) return plot.valToPos(value, 'y');
  }
  return undefined;
}

/** Upright lines where something happened; a name where the one before leaves room. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], colors: ChartColors): void {
  const tones = { neutral: colors.text3, warning: colors.recovering, danger: colors.failed };
  const { offsetLeft: left, offsetTop: top, clientWidth: width, clientHeight: height } = plot.over;
  inCssPixels(plot, (context) => {
    context.font = `11px ${colors.font}`;
    context.textBaseline = 'top';
    context.textAlign = 'left';
    let free = left;
    for (const { x, label, tone } of marks.toSorted((a, b) => a.x - b.x)) {
      const at = plot.valToPos(x, 'x');
      if (at < 0 || at > width) continue;
      const place = left + at;
      context.strokeStyle = tones[tone];
      context.lineWidth = 1;
      context.setLineDash([3, 3]);
      context.beginPath();
      context.moveTo(Math.round(place) + 0.5, top);
      context.lineTo(Math.round(place) + 0.5, top + height);
      context.stroke();
      const words = context.measureText(label).width;
      if (place < free || place + words + 4 > left + width) continue;
      context.fillStyle = colors.text2;
      context.fillText(label, place + 4, top + 1);
      free = place + words + 12;
    }
  });
}
