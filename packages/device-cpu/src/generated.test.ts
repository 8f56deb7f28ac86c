import { add, exp, fn, less, mul, pad, reshape, spec, where, type Fn } from '@massif/tensor';
import { runFn } from '@massif/tensor/conformance';
import { expect, it } from 'vitest';
import { createCpuDevice } from './device.ts';
import { cacheDirectory, instructionSets } from './testing/harness.ts';
import { inputsFor, randomFn, unexplained } from './testing/random-graph.ts';

it.each(instructionSets.flatMap(({ name, flags }) => [1, 2, 3].map((seed) => ({ name, flags, seed }))))(
  'random graphs ($seed) in $name code are what the oracle says, whatever the number of threads',
  async ({ flags, seed }) => {
    const f = randomFn(seed, 24);
    const inputs = inputsFor(f);
    const results = [];
    for (const threads of [1, 3]) {
      const device = await createCpuDevice({ cacheDirectory, threads, flags });
      results.push(await runFn(device, f, inputs));
      await device.close();
    }
    expect(unexplained(results[0]!, f, inputs)).toEqual([]);
    expect(results[1]).toEqual(results[0]);
  },
  120_000, // the first of each instruction set compiles the routines
);

it.each(instructionSets)(
  'short rows between zeros are read where they are, in $name code',
  async ({ flags }) => {
    const sizes = Array.from({ length: 11 }, (_, i) => i + 2);
    const f = fn('short', Object.fromEntries(sizes.map((size) => [`x${size}`, spec('fp32', [size])])), (ports) =>
      Object.fromEntries(
        sizes.map((size) => {
          const x = ports[`x${size}`]!;
          const padded = pad(reshape(mul(x, add(x, 1)), [1, size]), { axis: 0, before: 2, after: 1 });
          return [`y${size}`, where(less(padded, 0.25), exp(padded), padded)];
        }),
      ),
    ) as Fn;
    const device = await createCpuDevice({ cacheDirectory, threads: 1, flags });
    const inputs = inputsFor(f);
    expect(unexplained(await runFn(device, f, inputs), f, inputs)).toEqual([]);
    await device.close();
  },
  120_000,
);
