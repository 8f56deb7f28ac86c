import { beforeAll, expect, it } from 'vitest';
import { createMemory } from './memory.ts';
import { loadRoutines, type Routines } from './routines.ts';
import { cacheDirectory } from './testing/harness.ts';

let routines: Routines;
beforeAll(async () => {
  routines = await loadRoutines({ cacheDirectory });
}, 120_000);

it.each([0, 1, 4095, 1 << 20, 2 << 20, 5_000_001])(
  'gives %i zeroed bytes, aligned to 64, also where others were written before',
  (bytes) => {
    const memory = createMemory(routines);
    for (let round = 0; round < 3; round++) {
      const buffer = memory.allocate(bytes);
      expect(buffer.address % 64).toBe(0);
      const view = memory.view(buffer, 0, bytes);
      expect(view.every((byte) => byte === 0)).toBe(true);
      view.fill(0xff);
      memory.release(buffer)();
    }
  },
);

it('counts exactly what was asked for, and refuses what is beyond the cap with the numbers', () => {
  const memory = createMemory(routines, 1000);
  const first = memory.allocate(600);
  memory.allocate(400);
  expect(memory.stats()).toEqual({ allocatedBytes: 1000, peakBytes: 1000 });
  expect(() => memory.allocate(1)).toThrow(
    expect.objectContaining({ code: 'device_out_of_memory', context: { requestedBytes: 1, allocatedBytes: 1000, capBytes: 1000 } }),
  );
  memory.release(first)();
  memory.release(first)();
  expect(memory.stats()).toEqual({ allocatedBytes: 400, peakBytes: 1000 });
  memory.releaseAll();
  expect(memory.stats().allocatedBytes).toBe(0);
});

it('reports a system without memory as its own limit', () => {
  expect(() => createMemory(routines).allocate(2 ** 50)).toThrow(expect.objectContaining({ code: 'device_out_of_memory' }));
});

it('hands out no window beyond a buffer, or on a released one', () => {
  const memory = createMemory(routines);
  const buffer = memory.allocate(100);
  expect(() => memory.view(buffer, 90, 11)).toThrow(RangeError);
  expect(() => memory.view(buffer, -1, 1)).toThrow(RangeError);
  memory.release(buffer)();
  expect(() => memory.view(buffer, 0, 1)).toThrow(expect.objectContaining({ code: 'invalid_binding' }));
});
