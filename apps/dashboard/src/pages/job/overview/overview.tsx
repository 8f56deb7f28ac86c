import { isTerminal, type Attempt, type Job } from '@massif/contracts';
import { LineChart, Segmented, type Mark } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../../i18n/format.ts';
import { attemptsQuery } from '../../../api/queries.ts';
import { useMetrics, type Metrics } from '../use-metrics.ts';
import { MeasuredBesidePlanned } from './measured.tsx';
import { JobFacts } from './facts.tsx';

const route = getRouteApi('/jobs/$id');

/** Charts of one job share their crosshair, and the room for the words of their y axes. */
const gutter = 64;

type Zoom = readonly [number, number] | null;

/** Is it learning, and as fast as planned? */
export function Overview({ job }: { job: Job }) {
  const { from, to } = route.useSearch();
  const navigate = route.useNavigate();
  const zoom: Zoom = useMemo(() => (from !== undefined && to !== undefined ? [from, to] : null), [from, to]);
  const onZoom = (range: Zoom) =>
    void navigate({
      search: (before) => ({ ...before, from: range ? Math.floor(range[0]) : undefined, to: range ? Math.ceil(range[1]) : undefined }),
      replace: true,
      resetScroll: false,
    });
  const tokensPerStep = tokensPerStepOf(job);
  const { metrics, isLoading } = useMetrics(job, tokensPerStep, zoom);
  const { data: attempts } = useQuery({ ...attemptsQuery(job.id), enabled: job.attempt > 1 });
  const marks = useMarks(attempts?.items ?? []);
  const chart = { job, metrics, marks, zoom, onZoom, isLoading };
  return (
    <div className="flex flex-col gap-5">
      <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <LossChart {...chart} />
        <MeasuredBesidePlanned job={job} metrics={metrics} tokensPerStep={tokensPerStep} />
      </div>
      <div className="grid gap-5 lg:grid-cols-2">
        <SpeedChart {...chart} />
        <LearningRateChart {...chart} />
      </div>
      <JobFacts job={job} />
    </div>
  );
}

interface ChartProps {
  job: Job;
  metrics: Metrics;
  marks: readonly Mark[];
  zoom: Zoom;
  onZoom(range: Zoom): void;
  isLoading: boolean;
}

const cardClass = 'rounded-lg border border-line bg-surface p-4';

function useChart({ job, marks, zoom, onZoom, isLoading }: ChartProps) {
  const t = useTranslations('job.charts');
  const format = useFormat();
  const isEmpty = !isLoading && !job.progress;
  return {
    xLabel: t('step'),
    formatX: (value: number) => (isEmpty ? '' : format.integer(value)),
    describeX: (value: number) => t('atStep', { step: format.integer(value) }),
    marks,
    range: zoom,
    onRangeChange: onZoom,
    sync: `job:${job.id}`,
    gutter,
    level: 2 as const,
    className: cardClass,
    ...(isEmpty && { empty: t(isTerminal(job.state) ? 'emptyEver' : 'empty') }),
  };
}

function LossChart(props: ChartProps) {
  const t = useTranslations('job.charts');
  const format = useFormat();
  const { scale } = route.useSearch();
  const navigate = route.useNavigate();
  const { metrics } = props;
  const lines = useMemo(
    () => [
      { id: 'loss', label: t('training'), source: metrics.steps, x: 'step', y: 'loss', color: 1 },
      { id: 'evaluation', label: t('heldOut'), source: metrics.evaluations, x: 'step', y: 'loss', color: 2, points: true },
    ],
    [metrics, t],
  );
  return (
    <LineChart
      {...useChart(props)}
      title={t('loss')}
      lines={lines}
      smoothing={0.8}
      logY={scale === 'log'}
      formatY={(value) => format.fixed(value, 3)}
      formatTick={format.tick}
      height={340}
      actions={
        <Segmented
          label={t('scale')}
          value={scale ?? 'linear'}
          onValueChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, scale: next === 'log' ? 'log' : undefined }),
              replace: true,
              resetScroll: false,
            })
          }
          options={[
            { value: 'linear', label: t('linear') },
            { value: 'log', label: t('log') },
          ]}
        />
      }
    />
  );
}

function SpeedChart(props: ChartProps) {
  const t = useTranslations('job.charts');
  const format = useFormat();
  const { metrics } = props;
  const lines = useMemo(
    () => [{ id: 'speed', label: t('eachStep'), source: metrics.steps, x: 'step', y: 'tokensPerSecond', color: 3 }],
    [metrics, t],
  );
  return (
    <LineChart
      {...useChart(props)}
      title={t('speed')}
      lines={lines}
      smoothing={0.8}
      yFrom={0}
      formatY={(value) => format.count(value)}
      formatTick={format.countTick}
      height={180}
    />
  );
}

function LearningRateChart(props: ChartProps) {
  const t = useTranslations('job.charts');
  const format = useFormat();
  const { metrics } = props;
  const lines = useMemo(
    () => [{ id: 'rate', label: t('learningRate'), source: metrics.steps, x: 'step', y: 'learningRate', color: 5 }],
    [metrics, t],
  );
  return <LineChart {...useChart(props)} title={t('learningRate')} lines={lines} yFrom={0} formatY={format.exponent} height={180} />;
}

/** Where attempts after the first went on. */
function useMarks(attempts: readonly Attempt[]): Mark[] {
  const t = useTranslations('job.charts');
  return useMemo(
    () =>
      attempts
        .filter(({ number }) => number > 1)
        .map(({ number, resumedFromStep }) => ({ x: resumedFromStep ?? 0, label: t('attempt', { number }), tone: 'warning' as const })),
    [attempts, t],
  );
}

function tokensPerStepOf({ spec }: Job): number | null {
  if (!('training' in spec) || !spec.training) return null;
  const { globalBatch, sequence } = spec.training;
  return globalBatch && sequence ? globalBatch * sequence : null;
}
