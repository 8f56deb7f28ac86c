import { learningRateSchedules } from '@massif/contracts';
import { useMemo } from 'react';
import { useFormContext, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../../i18n/format.ts';
import { useSentences } from '../../../i18n/sentences.ts';
import type { SpecValues } from '../draft/values.ts';
import { ChoiceEntry, Fields, NumberEntry } from './fields.tsx';
import { More } from './more.tsx';
import { useProblem } from './problems.ts';
import { WaysSection } from './ways.tsx';

const lengths = ['steps', 'tokens', 'epochs'] as const;
type Length = (typeof lengths)[number];

/** How long, how much at a time, how fast it learns. */
export function GoalSection() {
  const t = useTranslations('newJob.goal');
  const format = useFormat();
  const sentences = useSentences();
  const { setValue } = useFormContext<SpecValues>();
  const training = useWatch<SpecValues, 'training'>({ name: 'training' });
  const length =
    lengths.find((name) => (training?.[name] ?? '') !== '') ?? lengths.find((name) => training?.[name] !== undefined) ?? 'steps';
  const [batch, sequence] = [training?.globalBatch, training?.sequence];
  const stepTokens = typeof batch === 'number' && typeof sequence === 'number' ? batch * sequence : undefined;
  const choose = (next: Length) => {
    for (const name of lengths) if (name !== next) setValue(`training.${name}`, undefined, { shouldDirty: true });
    setValue(`training.${next}`, converted(length, next, training?.[length], stepTokens), { shouldDirty: true });
  };
  const total = totalTokens(training, stepTokens);
  const isStepWrong = useProblem('training.globalBatch', 'training.sequence') !== undefined;
  const isTotalWrong = useProblem(`training.${length}`) !== undefined || (isStepWrong && length !== 'tokens');
  const schedules = useMemo(() => learningRateSchedules.map((value) => ({ value, label: t(`schedules.${value}`) })), [t]);
  return (
    <WaysSection
      title={t('title')}
      label={t('length')}
      ways={lengths.map((value) => ({ value, label: t(value) }))}
      way={length}
      onChoose={choose}
    >
      <Fields>
        <NumberEntry key={length} name={`training.${length}`} label={t(length)} required />
        <NumberEntry name="training.globalBatch" label={t('batch')} required unit={t('samples')} />
        <NumberEntry name="training.sequence" label={t('sequence')} required unit={t('tokensUnit')} />
      </Fields>
      <p className="min-h-5 text-xs text-text-2">
        {sentences([
          !isStepWrong && stepTokens !== undefined && t('perStep', { tokens: format.count(stepTokens) }),
          !isTotalWrong && total !== undefined && t('inAll', { tokens: format.count(total) }),
        ])}
      </p>
      <Fields>
        <NumberEntry name="training.optimizer.learningRate" label={t('learningRate')} required />
        <ChoiceEntry name="training.schedule.name" label={t('schedule')} options={schedules} />
        <NumberEntry name="training.schedule.warmupSteps" label={t('warmup')} unit={t('stepsUnit')} />
      </Fields>
      <More>
        <NumberEntry name="training.schedule.minRatio" label={t('minRatio')} description={t('minRatioHelp')} />
        <NumberEntry name="training.optimizer.weightDecay" label={t('weightDecay')} />
        <NumberEntry name="training.gradientClip" label={t('gradientClip')} description={t('gradientClipHelp')} />
        <NumberEntry name="training.seed" label={t('seed')} />
      </More>
    </WaysSection>
  );
}

function totalTokens(training: SpecValues['training'], stepTokens: number | undefined): number | undefined {
  if (typeof training?.tokens === 'number') return training.tokens;
  return typeof training?.steps === 'number' && stepTokens !== undefined ? training.steps * stepTokens : undefined;
}

/** The same length counted in another way, where that is known. */
function converted(from: Length, to: Length, value: unknown, stepTokens: number | undefined): number | '' {
  if (to === 'epochs') return 1;
  if (typeof value !== 'number' || stepTokens === undefined || from === 'epochs') return '';
  return to === 'tokens' ? value * stepTokens : Math.max(1, Math.ceil(value / stepTokens));
}
