import type { Plan, PlanResult } from '@massif/planner';
import { ChevronRight } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../i18n/format.ts';
import { useLayoutText } from './words.ts';

/** Of thousands nobody reads more. */
const shownMax = 50;

/** Other ways to run it, and why they are not the one. */
export function RejectedLayouts({ plans, rejected }: { plans: readonly Plan[]; rejected: PlanResult['rejected'] }) {
  const t = useTranslations('plan.rejected');
  const format = useFormat();
  const layoutText = useLayoutText();
  const why = (facts: PlanResult['rejected'][number]['facts']) => {
    if ('neededBytes' in facts) return t('tooLarge', { needed: format.bytes(facts.neededBytes), limit: format.bytes(facts.limitBytes) });
    const { stepTimeMs, best } = facts;
    const [time, bestTime] = [stepTimeMs, best.stepTimeMs].map((ms) => format.duration(ms / 1000)) as [string, string];
    return time === bestTime ? t('asFast', best) : t('slowerThan', { time, best: bestTime, microBatch: best.microBatch });
  };
  const count = plans.length + rejected.length;
  if (count === 0) return null;
  const rows = [
    ...plans.map(({ layout, stepTimeMs }) => ({ layout, why: t('slower', { time: format.duration(stepTimeMs / 1000) }) })),
    ...rejected.map(({ layout, facts }) => ({ layout, why: why(facts) })),
  ];
  return (
    <details className="group">
      <summary className="flex min-h-7 w-fit cursor-pointer list-none items-center gap-1 rounded text-sm text-text-2 hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 shrink-0 transition-transform group-open:rotate-90" />
        {t('title', { count })}
      </summary>
      <ul className="mt-1 flex max-h-64 flex-col overflow-y-auto text-xs">
        {rows.slice(0, shownMax).map(({ layout, why }) => (
          <li key={JSON.stringify(layout)} className="flex flex-wrap justify-between gap-x-4 border-b border-line py-1.5 last:border-0">
            <span>{layoutText(layout)}</span>
            <span className="text-text-2">{why}</span>
          </li>
        ))}
        {count > shownMax && <li className="py-1.5 text-text-3">{t('more', { count: count - shownMax })}</li>}
      </ul>
    </details>
  );
}
