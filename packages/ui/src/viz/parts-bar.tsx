import { useRef } from 'react';
import { cx } from '../components/cx.ts';
import { ChartFrame, type ChartFrameProps } from './chart-frame.tsx';
import { colorOf } from './plot-look.ts';
import { useChartColors } from './colors.ts';
import { useWidth } from './use-width.ts';

export type BarPart = {
  id: string;
  label: string;
  value: number;
  /** 1 to 8; by default its place among the parts. */
  color?: number;
};

type PartsBarProps = Pick<ChartFrameProps, 'title' | 'description' | 'level' | 'actions' | 'className'> & {
  parts: readonly BarPart[];
  /** Such as "12.4 GiB". */
  format: (value: number) => string;
  /** Such as "38.2 %", of a share from 0 to 1. */
  formatShare: (share: number) => string;
  words: { part: string; value: string; share: string; total: string };
};

export type MemoryBarProps = PartsBarProps & {
  capacity: number;
  freeLabel: string;
  capacityLabel: string;
  /** How much is missing, when the parts do not fit. */
  overLabel: string;
};

/** What fills a device's memory, against what it has. */
export function MemoryBar({ capacity, freeLabel, capacityLabel, overLabel, ...props }: MemoryBarProps) {
  const free = capacity - sum(props.parts);
  return (
    <PartsBar
      {...props}
      scale={Math.max(capacity, capacity - free)}
      whole={capacity}
      limit={{ value: capacity, label: capacityLabel }}
      rest={free >= 0 ? { label: freeLabel, value: free, tone: 'free' } : { label: overLabel, value: -free, tone: 'over' }}
    />
  );
}

/** What a step spends its time on. */
export function StepTimeBar(props: PartsBarProps) {
  const total = sum(props.parts);
  return <PartsBar {...props} scale={total} whole={total} />;
}

type Rest = { label: string; value: number; tone: 'free' | 'over' };
type BarProps = PartsBarProps & { scale: number; whole: number; limit?: { value: number; label: string }; rest?: Rest };

const barHeight = 28;

function PartsBar({ title, parts, format, formatShare, words, scale, whole, limit, rest, ...frame }: BarProps) {
  const colors = useChartColors();
  // What is nothing is not in the list; it keeps its colour when it comes back.
  const shown = parts.map((part, index) => ({ ...part, fill: colorOf(part.color ?? index + 1, colors) })).filter(({ value }) => value > 0);
  const rows = [...shown, ...(rest && rest.value > 0 ? [{ ...rest, id: rest.tone, fill: undefined }] : [])];
  return (
    <ChartFrame
      {...frame}
      title={title}
      table={() => ({
        columns: [{ label: words.part }, { label: words.value, format }, { label: words.share, format: formatShare }],
        rows: [...rows.map(({ label, value }) => [label, value, value / whole]), [words.total, sum(parts), sum(parts) / whole]],
      })}
    >
      <Bar parts={shown} scale={scale} limit={limit} />
      <dl className="mt-2 grid gap-x-4 text-xs sm:grid-cols-2">
        {rows.map(({ id, label, value, fill }) => (
          <div key={id} className="flex min-h-6 items-center gap-2">
            <dt className="flex min-w-0 flex-1 items-center gap-1.5 text-text-2">
              <span
                aria-hidden
                data-drawn
                style={{ background: fill }}
                className={cx('size-2.5 shrink-0 rounded-xs', id === 'free' && 'border border-line-strong', id === 'over' && 'bg-failed')}
              />
              <span data-drawn className={cx('leading-tight', id === 'over' && 'font-medium text-failed')}>
                {label}
              </span>
            </dt>
            <dd data-drawn className="font-medium">
              {format(value)}
            </dd>
            <dd data-drawn className="w-14 text-right text-text-2">
              {formatShare(value / whole)}
            </dd>
          </div>
        ))}
      </dl>
    </ChartFrame>
  );
}

type ShownPart = { id: string; label: string; value: number; fill: string };

/** One SVG, so that it can be saved. A part too narrow for a pixel is still one wide. */
function Bar({ parts, scale, limit }: { parts: readonly ShownPart[]; scale: number; limit?: { value: number; label: string } }) {
  const holder = useRef<HTMLDivElement>(null);
  const colors = useChartColors();
  const width = useWidth(holder);
  const at = (value: number) => (scale > 0 ? (value / scale) * width : 0);
  const starts = parts.map((_, index) => at(sum(parts.slice(0, index))));
  const limitAt = limit && at(limit.value);
  const over = limitAt !== undefined && limitAt < width - 0.5;
  return (
    <div ref={holder} className="mt-2" style={{ height: barHeight + (limit ? 20 : 0) }}>
      <svg data-picture aria-hidden width={width} height={barHeight + (limit ? 20 : 0)} className="block">
        <rect width={over ? limitAt : width} height={barHeight} rx={4} fill={colors.sunken} />
        <rect
          x={0.5}
          y={0.5}
          width={Math.max(0, (over ? limitAt : width) - 1)}
          height={barHeight - 1}
          rx={4}
          fill="none"
          stroke={colors.lineStrong}
        />
        {parts.map(({ id, value, fill }, index) => (
          <rect key={id} x={starts[index]} width={Math.max(1, at(value) - 1)} height={barHeight} rx={2} fill={fill} />
        ))}
        {/* What has no place. */}
        {over && <rect x={limitAt} y={barHeight + 2} width={width - limitAt} height={3} rx={1} fill={colors.failed} />}
        {limit && limitAt !== undefined && (
          <>
            <line
              x1={Math.min(width - 1, limitAt)}
              x2={Math.min(width - 1, limitAt)}
              y1={-2}
              y2={barHeight + 6}
              stroke={over ? colors.failed : colors.text2}
              strokeWidth={2}
            />
            <text
              x={Math.min(width - 2, limitAt)}
              y={barHeight + 16}
              textAnchor={limitAt > width / 2 ? 'end' : 'start'}
              fontSize={11}
              fill={colors.text2}
            >
              {limit.label}
            </text>
          </>
        )}
      </svg>
    </div>
  );
}

function sum(parts: readonly BarPart[] | readonly ShownPart[]): number {
  return parts.reduce((total, { value }) => total + value, 0);
}
