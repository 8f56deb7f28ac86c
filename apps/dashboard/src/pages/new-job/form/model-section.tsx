import { isTrainable, modelConfig, models } from '@massif/catalog';
import { Combobox, Field } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { useFormContext, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { client } from '../../../api/client.ts';
import { useFormat } from '../../../i18n/format.ts';
import { presetOf } from '../draft/begin.ts';
import type { SpecValues } from '../draft/values.ts';
import { Fields, NumberEntry } from './fields.tsx';
import { ProblemText } from './problem-text.tsx';
import { useProblem } from './problems.ts';
import { useWays, WaysSection } from './ways.tsx';

type Way = 'preset' | 'config' | 'job' | 'path';

const sizes = ['n_layer', 'n_embd', 'n_head', 'n_positions', 'vocab_size'] as const;

function wayOf(model: SpecValues['model']): Way {
  return (['config', 'job', 'path'] as const).find((way) => model?.[way] !== undefined) ?? 'preset';
}

/** What is trained: a model of the catalogue, one by its sizes, or that of an earlier job. */
export function ModelSection() {
  const t = useTranslations('newJob.model');
  const { setValue } = useFormContext<SpecValues>();
  const model = useWatch<SpecValues, 'model'>({ name: 'model' });
  const way = wayOf(model);
  const setModel = (next: SpecValues['model']) => setValue('model', next, { shouldDirty: true });
  const choose = useWays({
    way,
    value: model,
    set: setModel,
    begin: (next) => (next === 'config' ? { config: sizesOf(model) } : { [next]: '' }),
  });
  const ways = (['preset', 'config', 'job', 'path'] as const).filter((each) => each !== 'path' || way === 'path');
  return (
    <WaysSection
      title={t('title')}
      label={t('way')}
      ways={ways.map((value) => ({ value, label: t(`ways.${value}`) }))}
      way={way}
      onChoose={choose}
    >
      {way === 'preset' && <PresetField value={model?.preset ?? ''} onChange={(preset) => setModel({ preset })} />}
      {way === 'config' && <SizeFields />}
      {way === 'job' && <JobField value={model?.job ?? ''} onChange={(job) => setModel({ job })} />}
      {way === 'path' && (
        <p className="text-sm text-text-2">
          {t('path')} <code className="font-mono text-xs break-all">{model?.path}</code>
        </p>
      )}
    </WaysSection>
  );
}

/** The sizes of the model that was chosen before, to begin from. */
function sizesOf(model: SpecValues['model']): Record<string, unknown> {
  const known = presetOf(model?.preset ?? '');
  const config = modelConfig(known && isTrainable(known) ? known.name : models[0]!.name);
  return { model_type: 'gpt2', ...Object.fromEntries(sizes.map((size) => [size, config[size]])) };
}

function PresetField({ value, onChange }: { value: string; onChange(name: string): void }) {
  const t = useTranslations('newJob.model');
  const format = useFormat();
  const problem = useProblem('model.preset', 'model');
  const known = models.filter(isTrainable);
  const chosen = presetOf(value);
  return (
    <Field label={t('preset')} required error={problem && <ProblemText problem={problem} />} description={t('presetHelp')}>
      <Combobox
        value={chosen && isTrainable(chosen) ? chosen.name : null}
        onValueChange={(name) => onChange(name ?? '')}
        options={known.map(({ name, parametersB, layers, hidden, sequence }) => ({
          value: name,
          label: name,
          description: t('sizes', {
            parameters: format.count(parametersB * 1e9),
            layers: format.integer(layers),
            hidden: format.integer(hidden),
            context: format.integer(sequence),
          }),
        }))}
      />
    </Field>
  );
}

function SizeFields() {
  const t = useTranslations('newJob.model');
  return (
    <Fields>
      {sizes.map((size) => (
        <NumberEntry key={size} name={`model.config.${size}`} label={t(size)} required />
      ))}
    </Fields>
  );
}

/** Jobs that one can go on from: the last ones that left a model. */
function JobField({ value, onChange }: { value: string; onChange(id: string): void }) {
  const t = useTranslations('newJob.model');
  const problem = useProblem('model.job', 'model');
  const { data } = useQuery({
    queryKey: ['finished-jobs'],
    queryFn: ({ signal }) => client.jobs.summaries({ state: 'succeeded', limit: 200, signal }),
  });
  const jobs = data?.items.map(({ id, name }) => ({ value: id, label: name, description: id })) ?? [];
  const known = value === '' || jobs.some((job) => job.value === value) ? jobs : [{ value, label: value, description: value }, ...jobs];
  return (
    <Field label={t('job')} required description={t('jobHelp')} error={problem && <ProblemText problem={problem} />}>
      <Combobox value={value === '' ? null : value} onValueChange={(id) => onChange(id ?? '')} options={known} />
    </Field>
  );
}
