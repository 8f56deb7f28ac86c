import type { AppError, DryRun, PlanClusterResource, TrainSpec } from '@massif/contracts';
import type { Plan, PlanResult } from '@massif/planner';
import { Banner, Button, Card, cx, InlineCode, Skeleton, Stat } from '@massif/ui';
import { memo, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../../i18n/format.ts';
import { useReasonText, useSentences } from '../../../i18n/sentences.ts';
import { JobLinks } from '../../../shell/job-links.tsx';
import { offerOf } from '../../../plan/offer.ts';
import { PlanPictures } from './pictures.tsx';
import { RejectedLayouts } from '../../../plan/rejected.tsx';
import { useExplanation, useRefusalText } from '../../../plan/words.ts';

interface PlanPaneProps {
  result: PlanResult | undefined;
  /** The draft that was planned; the latest when that cannot be planned here. */
  planned: TrainSpec | undefined;
  /** The latest draft. */
  spec: TrainSpec | undefined;
  error: AppError | undefined;
  /** Whether the draft has problems in its fields, so that the plan is that of an earlier one. */
  isOutdated: boolean;
  /** Whether that is only because something is not filled in yet. */
  isIncomplete: boolean;
  /** Whether the plan that is shown is that of an earlier draft: this one is wrong, or cannot run. */
  isOld: boolean;
  /** To the first of its problems. */
  onFirstProblem(): void;
  dryRun: DryRun | undefined;
  cluster: PlanClusterResource | undefined;
  /** What to do with it: always in view. */
  action: ReactNode;
}

/** What one gets for what one pays: the plan of the draft, as it is typed. It is drawn again when there is another plan, not with each key. */
export const PlanPane = memo(function PlanPane({
  result,
  planned,
  spec,
  error,
  isOutdated,
  isIncomplete,
  isOld,
  onFirstProblem,
  dryRun,
  cluster,
  action,
}: PlanPaneProps) {
  const t = useTranslations('newJob.plan');
  const explain = useExplanation();
  const best = result?.plans[0];
  const isComing = best === undefined && !isOutdated && !error;
  const offer = planned && offerOf(planned, cluster);
  return (
    <section aria-label={t('title')} className="flex min-w-0 flex-col gap-4">
      <Card className="flex flex-col gap-4">
        <div className="grid min-h-14">
          <Status
            error={error}
            spec={spec}
            isOutdated={isOutdated}
            isIncomplete={isIncomplete}
            onFirstProblem={onFirstProblem}
            hasPlan={best !== undefined}
            dryRun={dryRun}
          />
        </div>
        <BigNumbers plan={best} isComing={isComing} isOld={isOld} />
        <Figures plan={best} isComing={isComing} isOld={isOld} />
        {action}
      </Card>
      {best && planned && offer ? (
        // Brighter, so that black numbers on a series that has lost its colour stay readable.
        <div className={cx('flex flex-col gap-4', isOld && 'grayscale-70 brightness-108')}>
          <PlanPictures plan={best} spec={planned} capacityBytes={offer.capacityBytes} cluster={cluster} />
          <Card className="flex flex-col gap-2">
            <h3 className="text-sm font-semibold">{t('why')}</h3>
            <ul className="flex list-disc flex-col gap-1 pl-4 text-sm text-text-2">
              {explain(best, planned, offer).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
            <RejectedLayouts plans={result.plans.slice(1)} rejected={result.rejected} />
          </Card>
        </div>
      ) : (
        isComing && <Skeleton className="h-96 w-full" />
      )}
    </section>
  );
});

interface NumbersProps {
  plan: Plan | undefined;
  /** Whether there is none yet because it is being made; it is not while the draft cannot be planned. */
  isComing: boolean;
  /** Whether it is that of an earlier draft: it stands back, since it says nothing of what is on the page. */
  isOld: boolean;
}

/** When it is through, and what it costs. @param compact without the reasons of what is not known, for the bar on a phone */
export function BigNumbers({ plan, isComing, isOld, compact = false }: NumbersProps & { compact?: boolean }) {
  const t = useTranslations('newJob.plan');
  const format = useFormat();
  const days = plan?.days ?? null;
  const cost = plan?.costUsd ?? null;
  const seconds = days === null ? null : days * 86_400;
  return (
    <div className={compact ? 'flex gap-5 whitespace-nowrap' : 'grid grid-cols-2 gap-4'}>
      <Stat
        size={compact ? 'md' : 'lg'}
        isOld={isOld}
        label={compact && isOld ? t('oldFinishes') : t('finishes')}
        value={isComing ? <Skeleton className="my-1 h-7 w-28" /> : seconds === null ? null : format.span(seconds)}
        hint={compact ? undefined : plan && (seconds === null ? t('noLength') : t('afterStart'))}
      />
      <Stat
        size={compact ? 'md' : 'lg'}
        isOld={isOld}
        label={t('costs')}
        value={isComing ? <Skeleton className="my-1 h-7 w-20" /> : cost === null ? null : format.usd(cost)}
        hint={!compact && plan?.costUsd === null ? t('noPrice') : undefined}
      />
    </div>
  );
}

function Figures({ plan, isComing, isOld }: NumbersProps) {
  const t = useTranslations('newJob.plan');
  const format = useFormat();
  const figures = [
    { key: 'speed', value: plan && format.rate(plan.tokensPerSecond, t('tokensPerSecond')) },
    { key: 'stepTime', value: plan && format.duration(plan.stepTimeMs / 1000) },
    { key: 'mfu', value: plan && format.percent(plan.mfu) },
    { key: 'memory', value: plan && format.bytes(plan.memoryGiB * 2 ** 30) },
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 border-t border-line pt-3 sm:grid-cols-[repeat(4,auto)] sm:justify-between">
      {figures.map(({ key, value }) => (
        <div key={key} className="flex min-w-0 flex-col justify-between">
          <dt className="text-xs text-text-2">{t(key)}</dt>
          <dd className={cx('text-sm whitespace-nowrap', isOld ? 'text-text-3' : 'font-medium')}>
            {isComing ? <Skeleton className="my-1 h-3 w-16" /> : (value ?? '–')}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether it can run, and whether it would at once. Its place is kept, so that nothing below jumps while one types. */
function Status({
  error,
  spec,
  isOutdated,
  isIncomplete,
  onFirstProblem,
  hasPlan,
  dryRun,
}: Pick<PlanPaneProps, 'error' | 'spec' | 'isOutdated' | 'isIncomplete' | 'onFirstProblem' | 'dryRun'> & { hasPlan: boolean }) {
  const t = useTranslations('newJob.plan');
  const refusalText = useRefusalText();
  const reasonText = useReasonText();
  const sentences = useSentences();
  if (isOutdated) {
    const after = isIncomplete ? 'filledIn' : 'corrected';
    return (
      <Banner
        tone="warning"
        action={
          <Button size="sm" onClick={onFirstProblem}>
            {t('firstProblem')}
          </Button>
        }
      >
        {t(`${hasPlan ? 'outdated' : 'none'}.${after}`)}
      </Banner>
    );
  }
  if (error) {
    const { title, sentence, fix } = refusalText(error, spec);
    return (
      <Banner tone="danger">
        <strong className="block font-medium">{title}</strong>
        <span className="block">
          <InlineCode>{sentence}</InlineCode>
        </span>
        <span className="block">
          <InlineCode>{fix}</InlineCode>
        </span>
      </Banner>
    );
  }
  if (!dryRun) return <p className="flex items-center px-3 py-2 text-sm text-text-3">{t('asking')}</p>;
  if (dryRun.reasons.length === 0)
    return <p className="flex items-center rounded-md bg-succeeded-soft px-3 py-2 text-sm text-succeeded">{t('startsNow')}</p>;
  return (
    <Banner>
      <JobLinks>{sentences([t('waits'), ...dryRun.reasons.map(reasonText)])}</JobLinks>
    </Banner>
  );
}
