import {
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type MouseEvent,
} from 'react';
import { ChartFrame, type ChartFrameProps } from '../chart-frame.tsx';
import { useChartColors } from '../colors.ts';
import type { TableData } from '../table-data.ts';
import { useWidth } from '../use-width.ts';
import { heat, notMeasured, type HeatData } from './heat-data.ts';
import { HeatLabel, Ring, type DeviceText } from './heat-label.tsx';
import { deviceAt, layoutHeat, neighbour, type HeatDirection } from './heat-layout.ts';
import { HeatLegend, type HeatWords } from './heat-legend.tsx';
import { heatPainter, type HeatMetric, type HeatPainter } from './heat-paint.ts';
import { percentRamp } from './ramp.ts';

export type HeatMapProps = Pick<ChartFrameProps, 'title' | 'description' | 'level' | 'actions' | 'className'> & {
  data: HeatData;
  metric: HeatMetric;
  words: HeatWords & {
    /** How it is used by keyboard. */
    help: string;
    /** Heads of its table: one row for each node. */
    node: string;
    rack: string;
    devices: string;
    busy: string;
    memory: string;
  };
  formatPercent: (percent: number) => string;
  /** What is said of a device under the pointer or the cursor. */
  describe: (index: number) => DeviceText;
  pinned?: number | null;
  onPin?: (index: number | null) => void;
  /** Cells shrink rather than make it higher, as far as they can. */
  heightMax?: number;
};

const directions: Record<string, HeatDirection> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** Every device of the cluster as a cell, by rack and node. Only cells that changed are painted again. */
export function HeatMap(props: HeatMapProps) {
  return (
    <ChartFrame
      title={props.title}
      description={props.description}
      level={props.level}
      actions={props.actions}
      className={props.className}
      readout={<HeatLegend metric={props.metric} words={props.words} formatPercent={props.formatPercent} />}
      table={() => tableOf(props)}
    >
      <Cells {...props} />
    </ChartFrame>
  );
}

function Cells({ title, data, metric, words, describe, pinned = null, onPin, heightMax = 640 }: HeatMapProps) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<HeatPainter>(null);
  const colors = useChartColors();
  const width = useWidth(holder);
  const nodes = useSyncExternalStore(data.subscribe, () => data.nodes);
  const [hovered, setHovered] = useState<number | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [spoken, setSpoken] = useState('');
  const helpId = useId();
  const layout = useMemo(() => layoutHeat(nodes, { width, heightMax }), [nodes, width, heightMax]);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0) return;
    canvas.current.width = Math.ceil(layout.width * devicePixelRatio);
    canvas.current.height = Math.ceil(layout.height * devicePixelRatio);
    context.scale(devicePixelRatio, devicePixelRatio);
    painter.current = heatPainter(context, { data, layout, colors, ramp: percentRamp(colors.dark), metric });
    painter.current.all();
  }, [data, layout, colors, metric, width]);

  // All cells at once come with a new structure, which paints by itself.
  useEffect(() => data.subscribe((changed) => changed && painter.current?.cells(changed)), [data]);

  const at = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = deviceAt(layout, event.clientX - box.left, event.clientY - box.top);
    return index < 0 ? null : index;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (layout.x.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = cursor ?? pinned ?? 0;
    const direction = directions[event.key];
    if (event.key === 'Enter' || event.key === ' ') onPin?.(cursor === pinned ? null : cursor);
    else if (event.key === 'Escape') onPin?.(null);
    else if (direction || event.key === 'Home' || event.key === 'End') {
      const last = layout.x.length - 1;
      const next = direction ? (cursor === null ? from : neighbour(layout, from, direction)) : event.key === 'Home' ? 0 : last;
      const { title: name, facts } = describe(next);
      setCursor(next);
      setSpoken([name, ...facts].join(', '));
    } else return;
    event.preventDefault();
  };

  const labelled = hovered ?? cursor;
  return (
    <>
      <div ref={holder} className="pt-3">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application of its own: arrow keys move a cursor */}
        <div
          role="application"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-label={title}
          aria-describedby={helpId}
          className="relative w-fit outline-offset-4"
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(null)}
          onPointerMove={(event) => setHovered(at(event))}
          onPointerLeave={() => setHovered(null)}
          onClick={(event) => {
            const index = at(event);
            if (index !== null) onPin?.(index === pinned ? null : index);
          }}
        >
          <canvas ref={canvas} aria-hidden className="block" style={{ width: layout.width, height: layout.height }} />
          {pinned !== null && pinned < layout.x.length && <Ring layout={layout} index={pinned} strong />}
          {labelled !== null && labelled < layout.x.length && (
            <>
              <Ring layout={layout} index={labelled} />
              <HeatLabel layout={layout} index={labelled} data={data} describe={describe} room={width} />
            </>
          )}
        </div>
      </div>
      <span id={helpId} hidden>
        {words.help}
      </span>
      <output className="sr-only">{spoken}</output>
    </>
  );
}

function tableOf({ data, words, formatPercent }: HeatMapProps): TableData {
  const percent = (value: number) => formatPercent(Math.round(value));
  let first = 0;
  return {
    columns: [
      { label: words.node },
      { label: words.rack },
      { label: words.devices },
      { label: words.allocated },
      { label: words.unhealthy },
      { label: words.busy, format: percent },
      { label: words.memory, format: percent },
    ],
    rows: data.nodes.map(({ name, rack, devices }) => {
      const states = data.state.subarray(first, first + devices);
      const row = [
        name,
        rack ?? '–',
        devices,
        states.filter((state) => state === heat.allocated).length,
        states.filter((state) => state === heat.unhealthy).length,
        mean(data.busy.subarray(first, first + devices)),
        mean(data.memory.subarray(first, first + devices)),
      ];
      first += devices;
      return row;
    }),
  };
}

function mean(values: Uint8Array): number {
  const measured = values.filter((value) => value !== notMeasured);
  return measured.length === 0 ? Number.NaN : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}
