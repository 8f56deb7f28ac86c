/** Whole runs in one process, for tests: every rank with a device and a socket of its own. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSupported, parseJobSpec, singleDeviceLayout, type JobSpecInput, type TrainSpec } from '@massif/contracts';
import { resolveSource, type DataSource } from '@massif/data';
import { createCpuDevice } from '@massif/device-cpu';
import { createReferenceDevice } from '@massif/device-reference';
import { listenSocket, soloTransport, type Transport } from '@massif/distributed';
import type { Device } from '@massif/tensor';
import type { StepRecord, TrainEvent } from '../loop/events.ts';
import { train, type TrainResult } from '../train.ts';

/** Libraries compiled for the tests of this checkout. */
const cacheDirectory = fileURLToPath(new URL('../../../../node_modules/.cache/native/', import.meta.url));

export const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'massif-trainer-'));

export type DeviceName = 'reference' | 'cpu';

export const createDevice = async (name: DeviceName, memoryBytes?: number): Promise<Device> => {
  const memory = memoryBytes === undefined ? {} : { memoryBytes };
  return name === 'reference' ? createReferenceDevice(memory) : createCpuDevice({ threads: 1, cacheDirectory, ...memory });
};

/** One transport per rank, connected over the loopback interface. */
async function connectRanks(size: number): Promise<Transport[]> {
  if (size === 1) return [soloTransport()];
  const listeners = await Promise.all(Array.from({ length: size }, () => listenSocket({ host: '127.0.0.1', cacheDirectory })));
  const addresses = listeners.map(({ port }) => `127.0.0.1:${port}`);
  return Promise.all(listeners.map((listener, rank) => listener.connect({ rank, addresses, secret: 'test' })));
}

export function parseTrainSpec(input: JobSpecInput): TrainSpec {
  const spec = parseJobSpec(input);
  checkSupported(spec);
  return spec;
}

export interface RunOptions {
  spec: TrainSpec;
  /** What rank 1 is told instead. */
  otherSpec?: TrainSpec;
  device: DeviceName;
  dp?: number;
  microBatch?: number;
  /** Where data, checkpoints and the model go: a new one when left out. */
  directory?: string;
  checkpoints?: boolean;
  resumeFrom?: string;
  /** Of each device; as much as there is when left out. */
  memoryBytes?: number;
  /** The step before which the last rank asks to stop. */
  stopBefore?: number;
}

export interface Run {
  directory: string;
  result: TrainResult;
  events: TrainEvent[];
  steps: StepRecord[];
}

/** Runs every rank to the end. */
export async function runTraining(options: RunOptions): Promise<Run> {
  const { spec, dp = 1, microBatch = 1, directory = await newDirectory(), stopBefore } = options;
  const transports = await connectRanks(dp);
  const devices = await Promise.all(transports.map(() => createDevice(options.device, options.memoryBytes)));
  const source: DataSource = resolveSource(spec.data, { path: (path) => path, package: () => [] });
  const events: TrainEvent[] = [];
  const ranks = transports.map(async (transport, rank) => {
    let asked = 0;
    try {
      return await train({
        spec: rank === 1 ? (options.otherSpec ?? spec) : spec,
        layout: { ...singleDeviceLayout, dp, microBatch },
        source,
        device: devices[rank]!,
        transport,
        directories: {
          data: join(directory, 'data'),
          checkpoints: options.checkpoints ? join(directory, 'checkpoints') : undefined,
          model: join(directory, 'model'),
        },
        resumeFrom: options.resumeFrom,
        stopRequested: () => rank === dp - 1 && asked++ === stopBefore,
        onEvent: (event) => events.push(event),
      });
    } finally {
      // As when a rank's process ends: the others see its connections close.
      transport.close();
      await devices[rank]!.close();
    }
  });
  await Promise.allSettled(ranks);
  const [result] = await Promise.all(ranks);
  const steps = events.flatMap((event) => (event.type === 'step' ? [event] : []));
  return { directory, result: result!, events, steps };
}
