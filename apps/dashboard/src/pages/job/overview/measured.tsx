import { isTerminal, type Job } from '@massif/contracts';
import { PairedBars, type Pair } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useFormat, type Format } from '../../../i18n/format.ts';
import { useSentences } from '../../../i18n/sentences.ts';
import { compare, recentStepTimes, type Measure } from '../measured.ts';
import { useRecent, type Metrics } from '../use-metrics.ts';

const better: Record<Measure, Pair['better']> = { stepTimeMs: 'lower', tokensPerSecond: 'higher', mfu: 'higher', memoryBytes: 'lower' };

function textOf(measure: Measure, value: number, format: Format, tokensPerSecond: string): string {
  if (measure === 'stepTimeMs') return format.duration(value / 1000);
  if (measure === 'tokensPerSecond') return format.rate(value, tokensPerSecond);
  return measure === 'mfu' ? format.percent(value) : format.bytes(value);
}

/** With its sign, and without one where nothing is left of it. */
function signed(share: number, format: Format): string {
  const rounded = Math.round(share * 1000) / 1000;
  return `${rounded > 0 ? '+' : ''}${format.percent(rounded === 0 ? 0 : rounded)}`;
}

/** Is it as fast as planned? */
export function MeasuredBesidePlanned({ job, metrics, tokensPerStep }: { job: Job; metrics: Metrics; tokensPerStep: number | null }) {
  const t = useTranslations('job.measured');
  const format = useFormat();
  const sentences = useSentences();
  const points = useRecent(metrics);
  const pairs = compare(job.plan, points, tokensPerStep).map(({ measure, planned, measured }): Pair => ({
    id: measure,
    label: t(measure),
    planned,
    measured,
    format: (value) => textOf(measure, value, format, t('perSecond')),
    better: better[measure],
  }));
  const note = () => {
    if (job.plan === null) return t('noPlan');
    if (points.length === 0) return t(isTerminal(job.state) ? 'never' : 'waiting');
    const steps = recentStepTimes(points).length;
    return sentences([steps > 0 && t('of', { steps }), job.plan.source === 'default' && t('notMeasured')]) || undefined;
  };
  return (
    <PairedBars
      title={t('title')}
      level={2}
      description={note()}
      pairs={pairs}
      words={{ planned: t('planned'), measured: t('measured'), difference: t('difference'), name: t('name') }}
      formatDifference={(share) => signed(share, format)}
      className="rounded-lg border border-line bg-surface p-4"
    />
  );
}
