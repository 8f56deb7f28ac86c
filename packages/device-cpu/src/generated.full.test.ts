import { runFn } from '@massif/tensor/conformance';
import { expect, it } from 'vitest';
import { createCpuDevice } from './device.ts';
import { cacheDirectory, instructionSets } from './testing/harness.ts';
import { inputsFor, randomFn, unexplained } from './testing/random-graph.ts';

const seeds = 300;

it.each(instructionSets)(
  'thousands of random graphs in $name code are what the oracle says',
  async ({ flags }) => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const device = await createCpuDevice({ cacheDirectory, threads: 2, flags });
      const f = randomFn(seed, 24);
      const inputs = inputsFor(f);
      wrong.push(...unexplained(await runFn(device, f, inputs), f, inputs));
      await device.close();
    }
    expect(wrong).toEqual([]);
  },
  7_200_000,
);
