import { createCpuDevice } from '@massif/device-cpu';
import { byteCount, compileProgram, type Binding, type Device, type Executable, type Fn, type Submission } from '@massif/tensor';
import type { WorkerEnvironment } from '../env.ts';

/** One or several programs with operands of their own, ready to be run again and again. */
export interface Workload {
  list: readonly Submission[];
  free(): void;
}

/** A CPU device to measure on, and one whose threads keep the other cores as busy as the other ranks of a host would. */
export interface Bench {
  threads: number;
  /** Milliseconds of one run of these functions, one after the other, while the other cores run them too. */
  measure(fns: readonly Fn[], options?: MeasureOptions): Promise<number>;
  close(): Promise<void>;
}

export interface MeasureOptions {
  /** Leave the other cores idle. */
  alone?: boolean;
}

const batchMs = 6;
const batches = 3;
/** No denormal, and nothing that overflows in an exponential. */
const operand = 0.5;

export async function openBench(
  native: WorkerEnvironment['native'],
  { threads, cores }: { threads: number; cores: number },
): Promise<Bench> {
  const device = await createCpuDevice({ ...native, threads });
  const neighbours = threads < cores ? await createCpuDevice({ ...native, threads: cores - threads }) : undefined;

  return {
    threads,
    async measure(fns, { alone = false } = {}) {
      const own = await prepare(device, fns);
      const theirs = neighbours && !alone ? await prepare(neighbours, fns) : undefined;
      let measured = false;
      const load = async () => {
        while (!measured) await neighbours!.submit(theirs!.list).done;
      };
      try {
        const loading = theirs ? load() : Promise.resolve();
        const ms = await bestMs(device, own.list).finally(() => (measured = true));
        await loading;
        return ms;
      } finally {
        own.free();
        theirs?.free();
      }
    },
    async close() {
      await device.close();
      await neighbours?.close();
    },
  };
}

/** The best of a few batches: whatever else runs on the machine now only makes it slower. The first run, which touches the memory, does not count. */
async function bestMs(device: Device, list: readonly Submission[]): Promise<number> {
  const run = async (repeats: number) => {
    const startedAt = performance.now();
    await device.submit(Array.from({ length: repeats }, () => list).flat()).done;
    return (performance.now() - startedAt) / repeats;
  };
  const repeats = Math.max(1, Math.ceil(batchMs / (await run(1))));
  let best = Infinity;
  for (let batch = 0; batch < batches; batch++) best = Math.min(best, await run(repeats));
  return best;
}

async function prepare(device: Device, fns: readonly Fn[]): Promise<Workload> {
  const owned: Binding[] = [];
  const allocate = (bytes: number): Binding => {
    const binding = { buffer: device.allocate(bytes), offsetBytes: 0 };
    owned.push(binding);
    return binding;
  };
  const list: Submission[] = [];
  for (const fn of fns) {
    const executable = await device.load(compileProgram(fn, { limits: device.limits }));
    list.push({ executable, ...(await bind(device, executable, allocate)) });
  }
  return { list, free: () => owned.forEach(({ buffer }) => device.release(buffer)) };
}

async function bind(device: Device, { program }: Executable, allocate: (bytes: number) => Binding) {
  const bindings: Record<string, Binding> = {};
  for (const port of program.outputs) if (port.donates === undefined) bindings[port.name] = allocate(byteCount(port));
  for (const port of program.inputs) {
    const binding = allocate(byteCount(port));
    bindings[port.name] = binding;
    await device.write(binding.buffer, 0, new Float32Array(byteCount(port) / 4).fill(operand));
  }
  return { bindings, ...(program.arenaBytes > 0 ? { arena: allocate(program.arenaBytes) } : {}) };
}
