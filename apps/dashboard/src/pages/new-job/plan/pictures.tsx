import type { Layout, PlanClusterResource, TrainSpec } from '@massif/contracts';
import type { Plan } from '@massif/planner';
import { Card } from '@massif/ui';
import { memo } from 'react';
import { useTranslations } from 'use-intl';
import { PlanMemoryBar, PlanStepTimeBar } from '../../../plan/bars.tsx';
import { GangPicture } from '../../../plan/gang-picture.tsx';
import { placesOn } from '../../../plan/gang.ts';

interface PlanPicturesProps {
  plan: Plan;
  spec: TrainSpec;
  capacityBytes: number | null;
  cluster: PlanClusterResource | undefined;
}

/** The plan as one sees it: who runs where, what fills the memory, what takes the time. */
export function PlanPictures({ plan, spec, capacityBytes, cluster }: PlanPicturesProps) {
  const node = cluster && nodeFor(spec, cluster);
  return (
    <Card className="flex flex-col gap-5">
      <PlannedGang devices={plan.devices} perNode={node?.devices.length ?? plan.devices} layoutText={JSON.stringify(plan.layout)} />
      <PlanMemoryBar level={3} plan={plan} capacityBytes={capacityBytes} />
      <PlanStepTimeBar level={3} plan={plan} />
    </Card>
  );
}

/** Most keystrokes change no layout; a picture of thousands of ranks is not to be drawn for them. @param layoutText as JSON: plans are new objects each time */
const PlannedGang = memo(function PlannedGang({ devices, perNode, layoutText }: { devices: number; perNode: number; layoutText: string }) {
  const t = useTranslations('newJob.plan');
  const ranks = placesOn(devices, perNode, (index) => t('nodeNumber', { number: index + 1 })).map((place, rank) => ({ rank, ...place }));
  return <GangPicture title={t('layout')} level={3} layout={JSON.parse(layoutText) as Layout} ranks={ranks} heightMax={220} />;
});

/** The kind of node that the planner takes: the one with the most devices of the type. */
function nodeFor({ resources }: TrainSpec, { nodes }: PlanClusterResource): PlanClusterResource['nodes'][number] | undefined {
  const fits = (type: string) => resources.deviceType === 'any' || resources.deviceType === type;
  const sizeOf = ({ devices }: PlanClusterResource['nodes'][number]) => devices.filter(({ type }) => fits(type)).length;
  return nodes.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0];
}
