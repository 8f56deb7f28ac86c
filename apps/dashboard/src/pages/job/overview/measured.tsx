import { isTerminal, type Job } from '@massif/contracts';
import { cx, Section } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useFormat, type Format } from '../../../i18n/format.ts';
import { compare, type Comparison, type Measure } from '../measured.ts';
import { useRecent, type Metrics } from '../use-metrics.ts';

/** Whether more is better; null for what is neither. */
const isMoreBetter: Record<Measure, boolean | null> = { stepTimeMs: false, tokensPerSecond: true, mfu: true, memoryBytes: null };
/** Measures of speed, of which one says faster and slower. */
const isSpeed: Record<Measure, boolean> = { stepTimeMs: true, tokensPerSecond: true, mfu: false, memoryBytes: false };

/** So near is as planned: times of steps vary by more. */
const sameShare = 0.02;

function textOf(measure: Measure, value: number, format: Format, tokensPerSecond: string): string {
  if (measure === 'stepTimeMs') return format.duration(value / 1000);
  if (measure === 'tokensPerSecond') return format.rate(value, tokensPerSecond);
  return measure === 'mfu' ? format.percent(value) : format.bytes(value);
}

/** Is it as fast as planned? */
export function MeasuredBesidePlanned({ job, metrics, tokensPerStep }: { job: Job; metrics: Metrics; tokensPerStep: number | null }) {
  const t = useTranslations('job.measured');
  const points = useRecent(metrics);
  const rows = compare(job.plan, points, tokensPerStep);
  return (
    <Section card title={t('title')}>
      <div className="flex flex-col gap-4">
        {rows.map((row) => (
          <Pair key={row.measure} row={row} isWaiting={!isTerminal(job.state)} />
        ))}
        {job.plan?.source === 'default' && <p className="text-xs text-text-2">{t('notMeasured')}</p>}
      </div>
    </Section>
  );
}

function Pair({ row: { measure, planned, measured }, isWaiting }: { row: Comparison; isWaiting: boolean }) {
  const t = useTranslations('job');
  const format = useFormat();
  const most = Math.max(planned ?? 0, measured ?? 0);
  const text = (value: number | null) => (value === null ? '–' : textOf(measure, value, format, t('tokensPerSecond')));
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline justify-between gap-2 text-sm">
        <span className="font-medium">{t(`measured.${measure}`)}</span>
        <Difference measure={measure} planned={planned} measured={measured} isWaiting={isWaiting} />
      </div>
      {(['measured', 'planned'] as const).map((which) => {
        const value = which === 'measured' ? measured : planned;
        return (
          <div key={which} className="grid grid-cols-[4.5rem_minmax(0,1fr)_6.5rem] items-center gap-2 text-xs">
            <span className="text-text-2">{t(`measured.${which}`)}</span>
            <span className="h-2 rounded-full bg-sunken">
              <span
                className={`block h-full rounded-full ${which === 'measured' ? 'bg-accent' : 'bg-control'}`}
                style={{ width: `${most > 0 && value !== null ? (value / most) * 100 : 0}%` }}
              />
            </span>
            <span className="text-right">{text(value)}</span>
          </div>
        );
      })}
    </div>
  );
}

function Difference({ measure, planned, measured, isWaiting }: Comparison & { isWaiting: boolean }) {
  const t = useTranslations('job.measured');
  const format = useFormat();
  if (planned === null) return <span className="text-xs text-text-3">{t('noPlan')}</span>;
  if (measured === null) return <span className="text-xs text-text-3">{isWaiting ? t('waiting') : ''}</span>;
  const difference = measured / planned - 1;
  if (Math.abs(difference) < sameShare) return <span className="text-xs text-text-2">{t('same')}</span>;
  const share = format.percent(Math.abs(difference));
  const moreIsBetter = isMoreBetter[measure];
  const isBetter = difference > 0 === moreIsBetter;
  const word = isSpeed[measure] ? (isBetter ? 'faster' : 'slower') : difference > 0 ? 'more' : 'less';
  const look = moreIsBetter === null ? 'text-text-2' : isBetter ? 'text-succeeded' : 'text-recovering';
  return <span className={cx('text-xs', look)}>{t(word, { share })}</span>;
}
