import { describeDevice } from '@massif/tensor/conformance';
import { beforeAll } from 'vitest';
import { createCpuDevice } from './device.ts';
import { loadRoutines } from './routines.ts';
import { cacheDirectory } from './testing/harness.ts';

// Compiled before the suite's own time limits count.
beforeAll(() => loadRoutines({ cacheDirectory }), 120_000);

describeDevice('cpu, two threads', { create: (options) => createCpuDevice({ cacheDirectory, threads: 2, ...options }), tolerance: 1e-5 });
