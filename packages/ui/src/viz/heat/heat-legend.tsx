import { useLayoutEffect, useRef } from 'react';
import { useChartColors } from '../colors.ts';
import { heat, notMeasured } from './heat-data.ts';
import { idleMost, paintBar, paintCell, type HeatMetric } from './heat-paint.ts';
import { percentRamp } from './ramp.ts';

export type HeatWords = {
  /** The metric that colours stand for, such as "busy". */
  metric: string;
  allocated: string;
  /** Allocated, of little use: what up to so many per cent is called. */
  idle: (most: string) => string;
  free: string;
  notMeasured: string;
  unhealthy: string;
  cordonedNode: string;
  unhealthyNode: string;
};

/** What the map's looks mean. @param formatPercent of 0 to 100 */
export function HeatLegend({
  metric,
  words,
  formatPercent,
}: {
  metric: HeatMetric;
  words: HeatWords;
  formatPercent: (percent: number) => string;
}) {
  const { dark } = useChartColors();
  const ramp = percentRamp(dark);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-text-2">
      {metric === 'state' ? (
        <Sample draw="allocated" label={words.allocated} />
      ) : (
        <span className="inline-flex items-center gap-1.5">
          {words.metric}
          <span>{formatPercent(0)}</span>
          <span
            aria-hidden
            className="h-2.5 w-24 rounded-xs"
            style={{ background: `linear-gradient(to right, ${ramp.filter((_, at) => at % 10 === 0).join(',')})` }}
          />
          <span>{formatPercent(100)}</span>
        </span>
      )}
      {metric !== 'state' && <Sample draw="idle" label={words.idle(formatPercent(idleMost))} />}
      <Sample draw="free" label={words.free} />
      {metric !== 'state' && <Sample draw="notMeasured" label={words.notMeasured} />}
      <Sample draw="unhealthy" label={words.unhealthy} />
      <Sample draw="cordonedNode" label={words.cordonedNode} />
      <Sample draw="unhealthyNode" label={words.unhealthyNode} />
    </div>
  );
}

const states = {
  allocated: heat.allocated,
  idle: heat.allocated,
  free: heat.free,
  notMeasured: heat.allocated,
  unhealthy: heat.unhealthy,
  cordonedNode: null,
  unhealthyNode: null,
};

type Draw = keyof typeof states;

/** Painted by the painter of the map, so that both look alike. */
function Sample({ draw, label }: { draw: Draw; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useChartColors();
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    canvas.current.width = canvas.current.height = 14 * devicePixelRatio;
    context.scale(devicePixelRatio, devicePixelRatio);
    const state = states[draw];
    if (state === null) paintBar(context, { left: 6, top: 0, height: 14, broken: draw === 'cordonedNode', colors });
    else
      paintCell(context, {
        left: 1,
        top: 1,
        cell: 12,
        radius: 2,
        state,
        value: draw === 'allocated' ? null : draw === 'idle' ? 0 : notMeasured,
        colors,
        ramp: percentRamp(colors.dark),
      });
  }, [draw, colors]);
  return (
    <span className="inline-flex items-center gap-1">
      <canvas ref={canvas} aria-hidden className="size-3.5" />
      {label}
    </span>
  );
}
