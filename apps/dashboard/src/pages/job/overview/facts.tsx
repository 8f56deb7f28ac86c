import type { Job } from '@massif/contracts';
import { CopyText, KeyValue, Section, type KeyValueItem } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { useFormat, type Format } from '../../../i18n/format.ts';
import { Stamp } from '../../../shell/stamp.tsx';
import { modelText } from '../../../shell/model-text.ts';

/** What it is made of, and what it has left behind. */
export function JobFacts({ job }: { job: Job }) {
  const t = useTranslations('job.facts');
  const format = useFormat();
  const { spec, plan, result } = job;
  const training = 'training' in spec ? spec.training : undefined;
  const items: KeyValueItem[] = [
    { key: 'model', label: t('model'), value: modelOf(job, t, format) },
    { key: 'data', label: t('data'), value: dataText(spec) },
    {
      key: 'batch',
      label: t('batch'),
      value:
        training?.globalBatch && training.sequence
          ? t('batchOf', { samples: format.integer(training.globalBatch), tokens: format.integer(training.sequence) })
          : null,
    },
    { key: 'devices', label: t('devices'), value: format.integer(plan?.devices ?? spec.resources.devices) },
    { key: 'created', label: t('created'), value: <Stamp time={job.createdAt} /> },
    { key: 'started', label: t('started'), value: job.startedAt === null ? null : <Stamp time={job.startedAt} /> },
    ...(job.endedAt === null ? [] : [{ key: 'ended', label: t('ended'), value: <Stamp time={job.endedAt} /> }]),
    { key: 'attempts', label: t('attempts'), value: format.integer(job.attempt) },
  ];
  return (
    <div className={result ? 'grid items-start gap-5 lg:grid-cols-2' : 'grid'}>
      <Section card title={t('title')}>
        <KeyValue items={items} columns={result ? 1 : 2} />
      </Section>
      {result && (
        <Section card title={t('result')}>
          <KeyValue
            items={[
              { key: 'model', label: t('exported'), value: result.model && <CopyText text={result.model} cut="start" /> },
              { key: 'checkpoint', label: t('checkpoint'), value: result.checkpoint && <CopyText text={result.checkpoint} cut="start" /> },
            ]}
          />
          {result.sample !== null && (
            <figure className="mt-3">
              <figcaption className="text-xs font-medium text-text-2">{t('sample')}</figcaption>
              <blockquote className="mt-1 max-h-48 overflow-y-auto rounded-md bg-sunken p-3 text-sm whitespace-pre-wrap">
                {result.sample}
              </blockquote>
            </figure>
          )}
        </Section>
      )}
    </div>
  );
}

function modelOf(
  { spec: { model }, modelParameters }: Job,
  t: ReturnType<typeof useTranslations<'job.facts'>>,
  format: Format,
): string | null {
  if (!model) return null;
  if ('job' in model) return model.job;
  if ('path' in model) return model.path;
  const name = 'preset' in model ? model.preset : model.config.model_type;
  const text = modelText({ model: name, modelParameters }, format);
  if ('preset' in model) return text;
  const { n_layer: layers, n_embd: width } = model.config;
  return typeof layers === 'number' && typeof width === 'number'
    ? t('sizes', { model: text, layers: format.integer(layers), width: format.integer(width) })
    : text;
}

function dataText(spec: Job['spec']): string | null {
  if (!('data' in spec) || !spec.data) return null;
  return Object.values(spec.data).flat().join(', ');
}
