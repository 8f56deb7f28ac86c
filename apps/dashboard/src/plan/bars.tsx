import type { Plan } from '@massif/contracts';
import { MemoryBar, StepTimeBar, type MemoryBarProps } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useFormat } from '../i18n/format.ts';
import { memoryPartNames, stepPartNames, usePartWords } from './words.ts';

type FrameProps = Pick<MemoryBarProps, 'level' | 'className'>;

/** Of a plan, however it came here. */
type PlannedMemory = { memoryGiB: number; memoryParts?: object | undefined };

/** What fills the memory of each device. @param capacityBytes what a job may use of it; null where nobody knows */
export function PlanMemoryBar({ plan, capacityBytes, ...frame }: FrameProps & { plan: PlannedMemory; capacityBytes: number | null }) {
  const t = useTranslations('plan.bars');
  const format = useFormat();
  const words = usePartWords();
  const bytes: Partial<Record<string, number>> = { ...plan.memoryParts };
  const capacity = capacityBytes ?? plan.memoryGiB * 2 ** 30;
  return (
    <MemoryBar
      {...frame}
      title={t('memory')}
      parts={memoryPartNames.map((id) => ({ id, label: words.memory(id), value: bytes[id] ?? 0 }))}
      capacity={capacity}
      freeLabel={t('free')}
      capacityLabel={format.bytes(capacity)}
      overLabel={t('over')}
      format={format.bytes}
      formatShare={(share) => format.percent(share)}
      words={{ part: t('part'), value: t('bytes'), share: t('share'), total: t('total') }}
    />
  );
}

/** What a step spends its time on. */
export function PlanStepTimeBar({ plan, ...frame }: FrameProps & { plan: Pick<Plan, 'parts'> }) {
  const t = useTranslations('plan.bars');
  const format = useFormat();
  const words = usePartWords();
  return (
    <StepTimeBar
      {...frame}
      title={t('step')}
      parts={stepPartNames.map((id, index) => ({ id, label: words.step(id), value: plan.parts[id], color: (index % 8) + 1 }))}
      format={(ms) => format.duration(ms / 1000)}
      formatShare={(share) => format.percent(share)}
      words={{ part: t('part'), value: t('time'), share: t('share'), total: t('total') }}
    />
  );
}
