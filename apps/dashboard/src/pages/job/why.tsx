import { isErrorCode, type Job } from '@massif/contracts';
import { Banner, buttonClass, CopyText, ErrorState, InlineCode } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Copy } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useMay } from '../../api/session.ts';
import { useFormat } from '../../i18n/format.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { useReasonText } from '../../i18n/sentences.ts';
import { JobLinks } from '../../shell/job-links.tsx';
import { checkpointsQuery } from './queries.ts';

/** Why a job waits, is started again or has failed, what that means, and what to do about it. */
export function WhyBanner({ job }: { job: Job }) {
  const { state, reason } = job;
  const t = useTranslations('job.why');
  const { errors } = useLanguage();
  const reasonText = useReasonText();
  const mayWrite = useMay('jobs:write');
  if (!reason || state === 'running' || state === 'succeeded') return null;
  const { code } = reason;
  const known = isErrorCode(code) ? errors[code] : undefined;
  if (state === 'failed')
    return (
      <div className="rounded-lg border border-failed/40 bg-failed-soft/40">
        <ErrorState
          compact
          title={known?.title ?? t('failed')}
          detail={reason.message}
          meaning={known?.meaning}
          whatToDo={known?.fix}
          code={code}
          action={
            mayWrite ? (
              <Link to="/new" search={{ from: job.id }} className={buttonClass({ size: 'sm' })}>
                <Copy aria-hidden className="-ml-0.5 size-3.5" />
                {t('change')}
              </Link>
            ) : undefined
          }
        />
      </div>
    );
  return (
    <Banner tone={state === 'recovering' ? 'warning' : 'info'} action={<CopyText text={code} />}>
      <JobLinks>{reasonText(reason)}</JobLinks>
      {known && state === 'recovering' && (
        <span className="block">
          <InlineCode>{known.fix}</InlineCode>
        </span>
      )}
      {(state === 'queued' || state === 'recovering') && job.attempt > 0 && <GoesOnFrom job={job} />}
    </Banner>
  );
}

/** What the next attempt of a job that waits begins with. */
function GoesOnFrom({ job: { id } }: { job: Job }) {
  const t = useTranslations('job.why');
  const format = useFormat();
  // Each time that it waits: the attempt before has written some.
  const { data } = useQuery({ ...checkpointsQuery(id), refetchOnMount: 'always' });
  if (!data || data.items.length === 0) return null;
  return <span className="block">{t('goesOn', { step: format.integer(Math.max(...data.items.map(({ step }) => step))) })}</span>;
}
