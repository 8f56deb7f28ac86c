import type { Job } from '@massif/contracts';
import type { Plan } from '@massif/planner';
import { Card, EmptyState, Stat } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Route } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';
import { PlanMemoryBar, PlanStepTimeBar } from '../../plan/bars.tsx';
import { offerOf } from '../../plan/offer.ts';
import { planClusterQuery } from '../../plan/cluster.ts';
import { useExplanation, useLayoutText } from '../../plan/words.ts';

const cardClass = 'rounded-lg border border-line bg-surface p-4';

/** What was promised before it ran, and why it runs like this. */
export function PlanTab({ job: { plan, spec } }: { job: Job }) {
  const t = useTranslations('job.plan');
  const figures = useTranslations('newJob.plan');
  const format = useFormat();
  const explain = useExplanation();
  const layoutText = useLayoutText();
  const { data: cluster } = useQuery(planClusterQuery);
  const offer = offerOf(spec, cluster);
  if (!plan) return <EmptyState icon={Route} title={t('none')} />;
  const isWhole = (['memoryParts', 'devices', 'threadsPerDevice', 'source'] as const).every((field) => plan[field] !== undefined);
  const sentences =
    isWhole && spec.kind === 'train' && spec.runtime === 'native'
      ? explain(plan as unknown as Plan, spec, offer)
      : (plan.explanation ?? []);
  return (
    <div className="flex flex-col gap-4">
      <Card className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-5">
        <Stat label={figures('finishes')} value={format.span(typeof plan.days === 'number' ? plan.days * 86_400 : null)} />
        <Stat label={figures('stepTime')} value={format.duration(plan.stepTimeMs / 1000)} />
        <Stat label={figures('speed')} value={format.rate(plan.tokensPerSecond, figures('tokensPerSecond'))} />
        <Stat label={figures('mfu')} value={format.percent(plan.mfu)} />
        <Stat label={figures('memory')} value={format.bytes(plan.memoryGiB * 2 ** 30)} />
      </Card>
      <div className="grid gap-4 lg:grid-cols-2">
        <PlanMemoryBar level={2} plan={plan} capacityBytes={offer.capacityBytes} className={cardClass} />
        <PlanStepTimeBar level={2} plan={plan} className={cardClass} />
      </div>
      <Card className="flex flex-col gap-2">
        <h2 className="text-sm font-semibold">{t('why')}</h2>
        <p className="text-sm">{layoutText(plan.layout)}</p>
        <ul className="flex list-disc flex-col gap-1 pl-4 text-sm text-text-2">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
