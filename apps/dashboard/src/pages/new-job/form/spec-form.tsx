import type { PlanClusterResource } from '@massif/contracts';
import { Card } from '@massif/ui';
import { memo } from 'react';
import { useTranslations } from 'use-intl';
import { DataSection } from './data-section.tsx';
import { TextEntry } from './fields.tsx';
import { GoalSection } from './goal-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { ModelSection } from './model-section.tsx';
import { ResourcesSection } from './resources-section.tsx';

/** A job as a form, in the order in which one thinks about it. Each field watches its own value: a keystroke draws one of them again. */
export const SpecForm = memo(function SpecForm({ cluster }: { cluster: PlanClusterResource | undefined }) {
  const t = useTranslations('newJob');
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card>
        <TextEntry name="name" label={t('name')} placeholder="train" className="sm:max-w-80" />
      </Card>
      <ModelSection />
      <DataSection />
      <GoalSection />
      <ResourcesSection cluster={cluster} />
      <LimitsSection />
    </div>
  );
});
