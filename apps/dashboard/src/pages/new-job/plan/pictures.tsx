import type { PlanClusterResource, TrainSpec } from '@massif/contracts';
import type { Plan } from '@massif/planner';
import { Card } from '@massif/ui';
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
  const t = useTranslations('newJob.plan');
  const node = cluster && nodeFor(spec, cluster);
  const places = placesOn(plan.devices, node?.devices.length ?? plan.devices, (index) => t('nodeNumber', { number: index + 1 }));
  return (
    <Card className="flex flex-col gap-5">
      <GangPicture
        title={t('layout')}
        level={3}
        layout={plan.layout}
        ranks={places.map((place, rank) => ({ rank, ...place }))}
        heightMax={220}
      />
      <PlanMemoryBar level={3} plan={plan} capacityBytes={capacityBytes} />
      <PlanStepTimeBar level={3} plan={plan} />
    </Card>
  );
}

/** The kind of node that the planner takes: the one with the most devices of the type. */
function nodeFor({ resources }: TrainSpec, { nodes }: PlanClusterResource): PlanClusterResource['nodes'][number] | undefined {
  const fits = (type: string) => resources.deviceType === 'any' || resources.deviceType === type;
  const sizeOf = ({ devices }: PlanClusterResource['nodes'][number]) => devices.filter(({ type }) => fits(type)).length;
  return nodes.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0];
}
