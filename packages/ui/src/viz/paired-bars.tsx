import { useRef } from 'react';
import { ChartFrame, type ChartFrameProps } from './chart-frame.tsx';
import { useChartColors } from './colors.ts';
import { differenceOf } from './difference.ts';
import { cellText } from './table-data.ts';
import { useWidth } from './use-width.ts';

export type Pair = {
  id: string;
  label: string;
  planned: number | null;
  measured: number | null;
  format: (value: number) => string;
  better: 'lower' | 'higher';
};

export type PairedBarsProps = Pick<ChartFrameProps, 'title' | 'description' | 'level' | 'actions' | 'className'> & {
  pairs: readonly Pair[];
  words: { planned: string; measured: string; difference: string; name: string };
  /** With its sign: "+4.2 %", of 0.042. */
  formatDifference: (share: number) => string;
};

/** Measured below planned, each pair on its own scale, with the difference in per cent. */
export function PairedBars({ pairs, words, formatDifference, ...frame }: PairedBarsProps) {
  const colors = useChartColors();
  return (
    <ChartFrame
      {...frame}
      legend={[
        { label: words.planned, color: colors.control },
        { label: words.measured, color: colors.accent },
      ]}
      readout={
        <div className="flex min-h-5 gap-4 text-xs text-text-2">
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden className="h-1.5 w-3 rounded-full bg-control" />
            {words.planned}
          </span>
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden className="h-1.5 w-3 rounded-full bg-accent" />
            {words.measured}
          </span>
        </div>
      }
      table={() => ({
        columns: [
          { label: words.name },
          { label: words.planned },
          { label: words.measured },
          { label: words.difference, format: formatDifference },
        ],
        rows: pairs.map(({ label, planned, measured, format, better }) => [
          label,
          cellText(planned, format),
          cellText(measured, format),
          differenceOf(planned, measured, better).share,
        ]),
      })}
    >
      <dl className="@container grid gap-y-3 pt-2">
        {pairs.map((pair) => (
          <PairRow key={pair.id} pair={pair} words={words} formatDifference={formatDifference} />
        ))}
      </dl>
    </ChartFrame>
  );
}

function PairRow({ pair, words, formatDifference }: { pair: Pair } & Pick<PairedBarsProps, 'words' | 'formatDifference'>) {
  const { label, planned, measured, format, better } = pair;
  const { share, merit } = differenceOf(planned, measured, better);
  const scale = Math.max(planned ?? 0, measured ?? 0);
  const ground = `color-mix(in srgb, var(${merit < 0 ? '--diverge-worse' : '--diverge-better'}) ${Math.round(Math.abs(merit) * 100)}%, var(--diverge-middle))`;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 text-xs @md:grid-cols-[8rem_minmax(0,1fr)_auto]">
      <dt data-drawn className="col-start-1 row-start-1 font-medium">
        {label}
      </dt>
      <dd className="col-span-2 col-start-1 row-start-2 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 @md:col-span-1 @md:col-start-2 @md:row-start-1">
        <PairBars planned={(planned ?? 0) / scale} measured={(measured ?? 0) / scale} />
        <span className="grid w-24 text-right leading-4">
          <span className="text-text-2">
            <span className="sr-only">{words.planned} </span>
            <span data-drawn>{cellText(planned, format)}</span>
          </span>
          <span className="font-medium">
            <span className="sr-only">{words.measured} </span>
            <span data-drawn>{cellText(measured, format)}</span>
          </span>
        </span>
      </dd>
      <dd className="col-start-2 row-start-1 @md:col-start-3">
        <span className="sr-only">{words.difference} </span>
        <span
          data-drawn
          className="inline-block min-w-17 rounded px-1.5 py-0.5 text-right font-medium text-text"
          style={{ background: share === null ? undefined : ground }}
        >
          {cellText(share, formatDifference)}
        </span>
      </dd>
    </div>
  );
}

/** @param planned share of the scale, as is `measured` */
function PairBars({ planned, measured }: { planned: number; measured: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const colors = useChartColors();
  const width = useWidth(holder);
  const length = (share: number) => (Number.isFinite(share) ? Math.max(share > 0 ? 1 : 0, share * width) : 0);
  return (
    <div ref={holder} className="h-8">
      <svg data-picture aria-hidden width={width} height={32} className="block">
        <rect y={5} width={length(planned)} height={6} rx={2} fill={colors.control} />
        <rect y={21} width={length(measured)} height={6} rx={2} fill={colors.accent} />
      </svg>
    </div>
  );
}
