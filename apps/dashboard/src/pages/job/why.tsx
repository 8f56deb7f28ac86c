import { isErrorCode, type Job } from '@massif/contracts';
import { Banner, CopyText, ErrorState } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useLanguage } from '../../i18n/language.tsx';
import { JobLinks } from '../../shell/job-links.tsx';
import { useReasonText } from '../../i18n/sentences.ts';

/** Why a job waits, is started again or has failed, what that means, and what to do about it. */
export function WhyBanner({ job: { state, reason } }: { job: Job }) {
  const t = useTranslations('job.why');
  const { errors } = useLanguage();
  const reasonText = useReasonText();
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
        />
      </div>
    );
  return (
    <Banner tone={state === 'recovering' ? 'warning' : 'info'} action={<CopyText text={code} />}>
      <JobLinks>{reasonText(reason)}</JobLinks>
      {known && state === 'recovering' && <span className="block">{known.fix}</span>}
    </Banner>
  );
}
