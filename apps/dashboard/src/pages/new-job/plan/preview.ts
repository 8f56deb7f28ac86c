import { modelConfig } from '@massif/catalog';
import { toAppError, type AppError, type FieldError, type ModelSource, type PlanClusterResource, type TrainSpec } from '@massif/contracts';
import { deviceProfileSchema, nativeCapabilities, plan, type DeviceProfile, type PlanCluster, type PlanResult } from '@massif/planner';

/** An error as it can be sent from a worker. */
export interface Refusal {
  code: AppError['code'];
  message: string;
  context: Record<string, unknown>;
  errors: FieldError[] | undefined;
}

export type Preview = { result: PlanResult; refusal?: undefined } | { result?: undefined; refusal: Refusal };

/** Devices to plan on, as the planner takes them; those that are alike share a profile, of which it thinks once. */
export function toPlanCluster({ nodes }: PlanClusterResource): PlanCluster {
  const profiles = new Map<string, DeviceProfile>();
  const shared = (profile: DeviceProfile) => {
    const text = JSON.stringify(profile);
    if (!profiles.has(text)) profiles.set(text, profile);
    return profiles.get(text)!;
  };
  return {
    nodes: nodes.map((node) => ({
      ...node,
      devices: node.devices.map(({ profile, ...device }) => {
        const known = deviceProfileSchema.safeParse(profile);
        return known.success ? { ...device, profile: shared(known.data) } : device;
      }),
    })),
  };
}

/**
 * The configuration of a model, where it can be told without asking: of the catalogue, or in the spec.
 * @returns undefined for a directory or the model of a job
 * @throws AppError for a name that the catalogue does not know, or that this version does not train
 */
function configOf(model: ModelSource): Record<string, unknown> | undefined {
  if ('preset' in model) return modelConfig(model.preset);
  return 'config' in model ? model.config : undefined;
}

/**
 * The plan of a job as the API would make it, here. @param now milliseconds
 * @returns undefined when the model is one that only the API can look at
 */
export function previewPlan(spec: TrainSpec, cluster: PlanCluster, now: () => number): Preview | undefined {
  try {
    const config = configOf(spec.model);
    if (!config) return undefined;
    return { result: plan({ spec, modelConfig: config, cluster, capabilities: nativeCapabilities }, { now }) };
  } catch (error) {
    const { code, message, context, errors } = toAppError(error);
    return { refusal: { code, message, context, errors } };
  }
}
