import { layoutDevices, layoutSchema, type Layout, type TrainSpec } from '@massif/contracts';
import { formatGpt2Config, parseModelConfig } from '@massif/nn';
import { loadModelConfig } from '@massif/nn/files';
import { nativeCapabilities, plan } from '@massif/planner';
import { describeHost, type Host } from '@massif/processes';
import type { WorkerEnvironment } from '../env.ts';
import { readProfile } from '../profile/file.ts';

/**
 * How a job runs on this machine without a control plane: as many ranks as it asks for, whatever the number of cores, and
 * for `auto` the micro-batch that the planner finds fastest within the memory.
 * @throws AppError as the planner: sizes that do not divide, memory that does not suffice; ModelError
 */
export async function chooseLayout(
  spec: TrainSpec,
  { home }: WorkerEnvironment,
  { cores, memoryBytes }: Pick<Host, 'cores' | 'memoryBytes'> = describeHost(),
): Promise<{ layout: Layout; ranks: number; threads: number }> {
  const { devices } = spec.resources;
  const profile = await readProfile(home);
  const node = {
    id: 'local',
    cores,
    devices: Array.from({ length: devices }, (_, index) => ({
      id: `local-${index}`,
      type: 'cpu',
      memoryBytes: Math.floor(memoryBytes / devices),
      ...(profile ? { profile } : {}),
    })),
  };
  const { plans } = plan({
    spec: { ...spec, resources: { ...spec.resources, minDevices: devices, maxDevices: devices } },
    modelConfig: await configOf(spec.model),
    cluster: { nodes: [node] },
    capabilities: nativeCapabilities,
  });
  const { layout, threadsPerDevice } = plans[0]!;
  const chosen = layoutSchema.parse(layout);
  return { layout: chosen, ranks: layoutDevices(chosen), threads: threadsPerDevice };
}

/** The model's `config.json`, checked: what is wrong with it is told before anything is started. */
async function configOf(model: TrainSpec['model']): Promise<Record<string, unknown>> {
  if ('path' in model) return formatGpt2Config(await loadModelConfig(model.path));
  if ('config' in model) return formatGpt2Config(parseModelConfig(model.config));
  throw new Error('a preset is resolved to its config before it is planned');
}
