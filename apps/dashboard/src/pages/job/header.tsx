import { isTerminal, type Job } from '@massif/contracts';
import { buttonClass, CopyText, linkClass, PageHeader, Progress, RelativeTime, Stat, StateBadge, useNow } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Copy } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { latestAttemptQuery } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { useFormat } from '../../i18n/format.ts';
import { CancelJob } from './cancel-job.tsx';
import { JobCommands } from './job-commands.tsx';
import { stepsOf } from './steps.ts';

/** What the job is, how far it has come, and what can be done with it. */
export function JobHeader({ job }: { job: Job }) {
  const t = useTranslations('job');
  const states = useTranslations('states');
  const mayWrite = useMay('jobs:write');
  return (
    <>
      <PageHeader
        trail={<JobsLink />}
        title={job.name}
        badge={<StateBadge state={job.state} label={states(job.state)} />}
        description={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <CopyText text={job.id} label={t('copyId')} />
            <span>{t('queueOf', { queue: job.queue })}</span>
            <span>
              {t('created')} <RelativeTime time={job.createdAt} />
            </span>
            {job.attempt > 1 && <span>{t('attempt', { number: job.attempt })}</span>}
          </span>
        }
        actions={
          <>
            <JobCommands job={job} />
            {mayWrite && (
              <Link to="/new" search={{ from: job.id }} className={buttonClass()}>
                <Copy aria-hidden className="-ml-0.5 size-4" />
                {t('runAgain')}
              </Link>
            )}
            {mayWrite && !isTerminal(job.state) && <CancelJob job={job} />}
          </>
        }
      />
      <ProgressLine job={job} />
    </>
  );
}

/** The way back from a job. */
export function JobsLink() {
  const t = useTranslations('shell.places');
  return (
    <Link to="/jobs" className={linkClass}>
      {t('jobs')}
    </Link>
  );
}

const tones = {
  submitted: 'neutral',
  planned: 'neutral',
  queued: 'neutral',
  succeeded: 'succeeded',
  failed: 'failed',
  recovering: 'recovering',
  cancelled: 'neutral',
} as const;

function ProgressLine({ job }: { job: Job }) {
  const { progress, state, startedAt, endedAt } = job;
  const t = useTranslations('job');
  const format = useFormat();
  const step = progress?.step ?? 0;
  const steps = stepsOf(job);
  const isOver = isTerminal(state);
  // Before its first step there is what was planned.
  const plannedSeconds = progress === null && typeof job.plan?.days === 'number' ? job.plan.days * 86_400 : null;
  const ranSeconds = startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : null;
  return (
    <div className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4">
      <Progress
        label={
          steps === null
            ? t('step', { step: format.integer(step) })
            : t('stepOf', { step: format.integer(step), steps: format.integer(steps) })
        }
        value={steps === null ? (progress ? null : 0) : Math.min(1, step / steps)}
        valueText={steps === null ? '' : format.percent(step / steps)}
        tone={state in tones ? tones[state as keyof typeof tones] : 'running'}
      />
      <div className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        {isOver ? (
          <Stat label={t('ran')} value={format.span(ranSeconds)} hint={endedAt && <RelativeTime time={endedAt} />} />
        ) : (
          <Stat
            label={t('left')}
            value={format.span(progress?.etaSeconds ?? plannedSeconds)}
            hint={plannedSeconds === null ? <Finish job={job} /> : t('planned')}
          />
        )}
        <Stat label={t('loss')} value={format.fixed(progress?.loss, 4)} hint={t('lossHint')} />
        <Stat label={t('evaluationLoss')} value={format.fixed(progress?.evaluationLoss, 4)} hint={t('evaluationHint')} />
        <Stat
          label={t('speed')}
          value={format.rate(progress?.tokensPerSecond, t('tokensPerSecond'))}
          hint={(progress?.tokensPerSecond ?? null) === null ? <WhyUnknown job={job} /> : t('speedHint')}
        />
        <Stat label={t('tokens')} value={format.count(progress?.tokens)} />
      </div>
    </div>
  );
}

/** Longer from now than this, the day says more than the hour. */
const hourMattersSeconds = 79_200;

function Finish({ job }: { job: Job }) {
  const t = useTranslations('job');
  const format = useFormat();
  const now = useNow();
  const seconds = job.progress?.etaSeconds ?? null;
  if (seconds === null) return <WhyUnknown job={job} />;
  const end = new Date(now + seconds * 1000);
  return <>{t('finishesAt', { time: seconds < hourMattersSeconds ? format.clock(end) : format.date(end) })}</>;
}

/** After as long without a word the store tells no speed any more. */
const quietMs = 40_000;

/** Why there is neither a speed nor a time left. */
function WhyUnknown({ job: { id, state, attempt, progress } }: { job: Job }) {
  const t = useTranslations('job');
  const format = useFormat();
  const now = useNow();
  const isRunning = state === 'running';
  const { data: latest } = useQuery({ ...latestAttemptQuery(id), enabled: isRunning && progress !== null, refetchInterval: 5000 });
  const heardAt = latest?.number === attempt ? latest.heartbeatAt : null;
  const silentMs = heardAt ? now - Date.parse(heardAt) : 0;
  if (isRunning && progress !== null && silentMs > quietMs) return <>{t('noWord', { seconds: format.integer(silentMs / 1000) })}</>;
  return <>{t(isRunning ? 'soonKnown' : 'notRunning')}</>;
}
