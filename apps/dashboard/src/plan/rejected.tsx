import type { Plan, PlanResult } from '@massif/planner';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../i18n/format.ts';
import { useLayoutText } from './words.ts';

/** Of thousands nobody reads more. */
const shownMax = 50;

interface RejectedLayoutsProps {
  plans: readonly Plan[];
  rejected: PlanResult['rejected'];
}

/** Other ways to run it, and why they are not the one; written down when somebody opens them, and not with each key of a draft. */
export function RejectedLayouts({ plans, rejected }: RejectedLayoutsProps) {
  const t = useTranslations('plan.rejected');
  const [isOpen, setOpen] = useState(false);
  const count = plans.length + rejected.length;
  if (count === 0) return null;
  return (
    <details className="group" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="flex min-h-7 w-fit cursor-pointer list-none items-center gap-1 rounded text-sm text-text-2 hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 shrink-0 transition-transform group-open:rotate-90" />
        {t('title', { count })}
      </summary>
      {isOpen && <Reasons plans={plans} rejected={rejected} />}
    </details>
  );
}

function Reasons({ plans, rejected }: RejectedLayoutsProps) {
  const t = useTranslations('plan.rejected');
  const format = useFormat();
  const layoutText = useLayoutText();
  const why = (facts: PlanResult['rejected'][number]['facts']) => {
    if ('neededBytes' in facts) return t('tooLarge', { needed: format.bytes(facts.neededBytes), limit: format.bytes(facts.limitBytes) });
    const { stepTimeMs, best } = facts;
    const [time, bestTime] = [stepTimeMs, best.stepTimeMs].map((ms) => format.duration(ms / 1000)) as [string, string];
    return time === bestTime ? t('asFast', best) : t('slowerThan', { time, best: bestTime, microBatch: best.microBatch });
  };
  const rows = [
    ...plans.map(({ layout, stepTimeMs }) => ({ layout, why: t('slower', { time: format.duration(stepTimeMs / 1000) }) })),
    ...rejected.slice(0, shownMax).map(({ layout, facts }) => ({ layout, why: why(facts) })),
  ];
  const left = plans.length + rejected.length - shownMax;
  return (
    <ul className="mt-1 flex max-h-64 flex-col overflow-y-auto text-xs">
      {rows.slice(0, shownMax).map(({ layout, why }) => (
        <li key={JSON.stringify(layout)} className="flex flex-wrap justify-between gap-x-4 border-b border-line py-1.5 last:border-0">
          <span>{layoutText(layout)}</span>
          <span className="text-text-2">{why}</span>
        </li>
      ))}
      {left > 0 && <li className="py-1.5 text-text-3">{t('more', { count: left })}</li>}
    </ul>
  );
}
