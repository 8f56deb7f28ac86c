import type { PlanClusterResource } from '@massif/contracts';
import { Section } from '@massif/ui';
import { useTranslations } from 'use-intl';
import { ChoiceEntry, NumberEntry, TextEntry } from './fields.tsx';
import { More } from './more.tsx';

/** Where it runs. @param cluster undefined while it is not known yet */
export function ResourcesSection({ cluster }: { cluster: PlanClusterResource | undefined }) {
  const t = useTranslations('newJob.resources');
  const types = [...new Set(cluster?.nodes.flatMap(({ devices }) => devices.map(({ type }) => type)))];
  const onOneNode = Math.max(0, ...(cluster?.nodes.map(({ devices }) => devices.length) ?? []));
  return (
    <Section card title={t('title')}>
      <div className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-3">
          <NumberEntry name="resources.devices" label={t('devices')} description={cluster && t('devicesHelp', { count: onOneNode })} />
          <ChoiceEntry
            name="resources.deviceType"
            label={t('deviceType')}
            options={[{ value: 'any', label: t('anyType') }, ...types.map((value) => ({ value, label: value.toUpperCase() }))]}
          />
          <TextEntry name="resources.memoryPerDevice" label={t('memory')} description={t('memoryHelp')} placeholder="4GiB" />
        </div>
        <More>
          <NumberEntry name="resources.minDevices" label={t('minDevices')} description={t('minDevicesHelp')} />
          <NumberEntry name="resources.maxDevices" label={t('maxDevices')} />
          <NumberEntry name="resources.threadsPerDevice" label={t('threads')} description={t('threadsHelp')} />
        </More>
      </div>
    </Section>
  );
}
