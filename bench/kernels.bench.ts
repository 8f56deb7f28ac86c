// How near generated kernels come to the speed of memory: bytes that must be read and written, per second, beside those of a
// copy of the same size measured in the same run. Shapes are those of a small GPT: 2,048 tokens, width 144, 1,024 words.
// Arguments: [threads], default one thread, then all.
import { availableParallelism } from 'node:os';
import { createCpuDevice, type CpuDevice } from '@massif/device-cpu';
import { nativeCacheDirectory } from '@massif/native';
import {
  add,
  byteCount,
  compileProgram,
  div,
  exp,
  fn,
  geluTanh,
  max,
  mul,
  spec,
  sqrt,
  sub,
  sum,
  transpose,
  where,
  less,
  type Fn,
} from '@massif/tensor';

const fp32 = (...shape: number[]) => spec('fp32', shape);
const [tokens, width, hidden, words, parameters] = [2048, 144, 576, 1024, 1_200_000];

const kernels: Fn[] = [
  fn('copy', { x: fp32(tokens * hidden) }, ({ x }) => ({ y: mul(x, 1) })),
  fn('residual', { x: fp32(tokens, width), z: fp32(tokens, width) }, ({ x, z }) => ({ y: add(x, z) })),
  fn('bias, gelu', { x: fp32(tokens, hidden), b: fp32(hidden) }, ({ x, b }) => ({ y: geluTanh(add(x, b)) })),
  fn('adamw', { p: fp32(parameters), m: fp32(parameters), v: fp32(parameters), g: fp32(parameters), s: fp32(4) }, ({ p, m, v, g }) => {
    const m1 = add(mul(m, 0.9), mul(g, 0.1));
    const v1 = add(mul(v, 0.95), mul(mul(g, g), 0.05));
    const step = div(m1, add(sqrt(v1), 1e-8));
    return { p1: sub(mul(p, 0.9999), mul(step, 0.001)), m1, v1 };
  }),
  fn('column sums', { x: fp32(tokens, hidden) }, ({ x }) => ({ y: sum(x, { axes: [0] }) })),
  fn('row maxima', { x: fp32(tokens, words) }, ({ x }) => ({ y: max(x, { axes: [1] }) })),
  fn('softmax', { x: fp32(tokens, words) }, ({ x }) => {
    const e = exp(sub(x, max(x, { axes: [1], keepDims: true })));
    return { y: div(e, sum(e, { axes: [1], keepDims: true })) };
  }),
  fn('norm', { x: fp32(parameters) }, ({ x }) => ({ y: sum(mul(x, x)) })),
  fn('transpose', { x: fp32(tokens, hidden) }, ({ x }) => ({ y: mul(transpose(x), 1) })),
  fn('mask', { x: fp32(tokens, words) }, ({ x }) => ({ y: where(less(x, 0), 0, x) })),
];

async function gigabytesPerSecond(device: CpuDevice, kernel: Fn): Promise<{ rate: number; us: number; launches: number }> {
  const program = compileProgram(kernel, { limits: device.limits });
  const executable = await device.load(program);
  const place = (bytes: number) => ({ buffer: device.allocate(bytes), offsetBytes: 0 });
  const ports = [...program.inputs, ...program.outputs];
  const bindings = Object.fromEntries(ports.map((port) => [port.name, place(byteCount(port))]));
  const arena = place(program.arenaBytes);
  const submission = { executable, bindings, arena };
  const bytes = ports.reduce((total, port) => total + byteCount(port), 0);
  let best = Infinity;
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    await device.submit(Array.from({ length: 10 }, () => submission)).done;
    best = Math.min(best, (performance.now() - start) / 10);
  }
  for (const { buffer } of [...Object.values(bindings), arena]) device.release(buffer);
  return { rate: bytes / best / 1e6, us: best * 1000, launches: program.launches.length };
}

const chosen = process.argv[2];
for (const threads of chosen ? [Number(chosen)] : [1, availableParallelism()]) {
  const device = await createCpuDevice({ cacheDirectory: nativeCacheDirectory({}), threads });
  process.stdout.write(`${`${threads} thread${threads > 1 ? 's' : ''}`.padEnd(14)}launches        us      GB/s   of a copy\n`);
  let copy = 0;
  for (const kernel of kernels) {
    const { rate, us, launches } = await gigabytesPerSecond(device, kernel);
    copy ||= rate;
    process.stdout.write(
      `${kernel.name.padEnd(14)}${String(launches).padStart(8)}${us.toFixed(0).padStart(10)}${rate.toFixed(1).padStart(10)}${((100 * rate) / copy).toFixed(0).padStart(10)} %\n`,
    );
  }
  await device.close();
}
