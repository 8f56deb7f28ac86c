import { Section } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { queuesQuery } from '../../../api/queries.ts';
import { ChoiceEntry, Fields, NumberEntry, TextEntry } from './fields.tsx';

/** Its name and place in the queue, what survives a failure, and when it ends at the latest. */
export function LimitsSection() {
  const t = useTranslations('newJob.limits');
  const { data: queues } = useQuery(queuesQuery);
  const names = queues?.items.map(({ name }) => name) ?? ['default'];
  return (
    <Section card title={t('title')}>
      <Fields>
        <NumberEntry name="training.checkpoint.every" label={t('checkpointEvery')} unit={t('steps')} />
        <NumberEntry name="training.checkpoint.keep" label={t('keep')} description={t('keepHelp')} />
        <NumberEntry name="limits.maxRestarts" label={t('maxRestarts')} description={t('maxRestartsHelp')} />
        <TextEntry name="limits.maxDuration" label={t('maxDuration')} description={t('maxDurationHelp')} placeholder="2h" />
        <ChoiceEntry name="queue" label={t('queue')} options={names.map((value) => ({ value, label: value }))} />
        <NumberEntry name="priority" label={t('priority')} description={t('priorityHelp')} />
      </Fields>
    </Section>
  );
}
