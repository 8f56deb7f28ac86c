// Where the time of a training step goes: forward and backward of the main job's micro-batch, whole and launch by launch.
// Arguments: [threads], default one.
import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCpuDevice, measurePeak, type CpuDevice } from '@massif/device-cpu';
import { nativeCacheDirectory } from '@massif/native';
import { modelLoss, parseModelConfig } from '@massif/nn';
import { byteCount, compileProgram, differentiate, elementCount, type Program } from '@massif/tensor';

const threads = Number(process.argv[2] ?? 1);
const config = parseModelConfig({ model_type: 'gpt2', n_layer: 4, n_head: 4, n_embd: 144, n_positions: 256, vocab_size: 1024 });
const loss = modelLoss(config, { batch: 8, sequence: 256 });
const parameters = loss.inputs.map(({ name }) => name).filter((name) => name !== 'tokens' && name !== 'targets');
const { forward, backward } = differentiate(loss, { wrt: parameters });

/** Memory for a program; measures it, or others with the same ports: milliseconds of the fastest of several runs. */
async function stopwatch(device: CpuDevice, { inputs, outputs, arenaBytes }: Program) {
  const place = (bytes: number) => ({ buffer: device.allocate(Math.max(4, bytes)), offsetBytes: 0 });
  const bindings = Object.fromEntries([...inputs, ...outputs].map((port) => [port.name, place(byteCount(port))]));
  for (const { name, dtype, shape } of inputs) {
    const values = Array.from({ length: elementCount(shape) }, (_, i) => (dtype === 'fp32' ? Math.sin(i) / 8 : (i * 7) % 1000));
    await device.write(bindings[name]!.buffer, 0, dtype === 'fp32' ? Float32Array.from(values) : Int32Array.from(values));
  }
  const arena = place(arenaBytes);
  return async (program: Program): Promise<number> => {
    const executable = await device.load(program);
    let best = Infinity;
    for (let round = 0; round < 12; round++) {
      const start = performance.now();
      await device.submit([{ executable, bindings, arena }]).done;
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
}

const cacheDirectory = nativeCacheDirectory({});
const print = (label: string, ...columns: string[]) =>
  process.stdout.write(`${label.padEnd(44)}${columns.map((text) => text.padStart(12)).join('')}\n`);
const programs = [forward, backward].map((fn) =>
  compileProgram(fn, { limits: { buffersPerKernel: 32, dtypes: ['fp32', 'int32', 'bool'] } }),
);

const fresh = await mkdtemp(join(tmpdir(), 'massif-bench-'));
const started = performance.now();
const cold = await createCpuDevice({ cacheDirectory: fresh, threads });
const routinesMs = performance.now() - started;
for (const program of programs) await cold.load(program);
print('cold start', `${(routinesMs / 1000).toFixed(1)} s`, `+ ${((performance.now() - started - routinesMs) / 1000).toFixed(1)} s`);
await cold.close();
await rm(fresh, { recursive: true });

const peak = await measurePeak({ cacheDirectory, threads });
const device = await createCpuDevice({ cacheDirectory, threads });
for (const program of programs) {
  const fastest = await stopwatch(device, program);
  const whole = await fastest(program);
  const groups = new Map<string, { launches: number; ms: number; operations: number }>();
  for (const launch of program.launches) {
    const kernel = program.kernels[launch.kernel]!;
    const name =
      kernel.kind === 'routine'
        ? kernel.routine
        : `generated [${kernel.nest.loops.join(', ')}]${kernel.nest.reduction.length > 0 ? ` over [${kernel.nest.reduction.map(({ size }) => size).join(', ')}]` : ''}`;
    const shape = kernel.kind === 'routine' && kernel.routine === 'matmul' ? ` ${launch.ints.slice(1, 4).join(' x ')}` : '';
    const group = groups.get(name + shape) ?? { launches: 0, ms: 0, operations: 0 };
    groups.set(name + shape, group);
    group.launches++;
    group.ms += await fastest({ ...program, launches: [launch] });
    if (shape !== '') group.operations += 2 * launch.ints.slice(0, 4).reduce((product, size) => product * size, 1);
  }
  print(`\n${program.name}: ${program.launches.length} launches, ${whole.toFixed(1)} ms`, 'launches', 'ms', 'of peak');
  for (const [name, { launches, ms, operations }] of [...groups].sort(([, a], [, b]) => b.ms - a.ms))
    print(name, String(launches), ms.toFixed(2), operations === 0 ? '' : `${(operations / ms / 1e4 / peak).toFixed(0)} %`);
}
await device.close();
