import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJobSpec, singleDeviceLayout, type TrainSpec } from '@massif/contracts';
import { createCpuDevice } from '@massif/device-cpu';
import { soloTransport } from '@massif/distributed';
import { train } from '@massif/trainer';
import type { WorkerEnvironment } from '../env.ts';

const sequence = 8;
const steps = 40;

/** What a step costs when there is next to nothing to compute: a real run of a model of a few hundred parameters, milliseconds. */
export async function measureStepOverhead(native: WorkerEnvironment['native'], threads: number): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'massif-calibrate-'));
  const device = await createCpuDevice({ ...native, threads });
  try {
    const tokens = join(directory, 'tokens.json');
    await writeFile(tokens, JSON.stringify([Array.from({ length: sequence + 1 }, (_, index) => index)]));
    const spec = parseJobSpec({
      kind: 'train',
      name: 'calibrate',
      model: { config: { model_type: 'gpt2', n_layer: 1, n_head: 1, n_embd: 8, n_positions: sequence, vocab_size: 32 } },
      data: { tokens },
      training: { steps, globalBatch: 1, sequence, optimizer: { learningRate: 1e-3 } },
    }) as TrainSpec;
    const times: number[] = [];
    await train({
      spec,
      layout: { ...singleDeviceLayout },
      source: { kind: 'tokens', path: tokens, field: 'data.tokens' },
      device,
      transport: soloTransport(),
      directories: { data: join(directory, 'data'), model: join(directory, 'model') },
      stopRequested: () => false,
      onEvent: (event) => {
        if (event.type === 'step') times.push(event.stepTimeMs);
      },
    });
    return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
  } finally {
    await device.close();
    await rm(directory, { recursive: true, force: true });
  }
}
