import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool } from './pool.ts';
import { bindSegment, buildTemplate } from './segment.ts';
import { createHarness, type Harness } from './testing/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
}, 60_000);
afterAll(() => harness.close());

const peak = (iterations: number) => {
  const { routines } = harness;
  const sink = routines.allocate(4096)!;
  const template = buildTemplate(routines, [
    { kernel: routines.address('massif_peak'), buffers: [{ place: 0, offsetBytes: 0 }], ints: [iterations], floats: [] },
  ]);
  return bindSegment(routines, template, Float64Array.of(Number(sink)));
};

it('keeps the event loop free while it runs', async () => {
  const pool = createPool(harness.routines, 2);
  const long = peak(2_000_000);
  let ended = false;
  const running = pool.run(Array.from({ length: 10_000 }, () => long)).finally(() => (ended = true));
  for (let tick = 0; tick < 5; tick++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(ended).toBe(false);
  pool.abort();
  await expect(running).rejects.toMatchObject({ code: 'device_aborted' });
  await pool.close();
});

it('runs thousands of tiny launches in order on more threads than processors', async () => {
  const { routines } = harness;
  const [rows, width] = [3, 7];
  const buffer = routines.allocate(rows * width * 4)!;
  // c += a a^T with a = [1]: every launch depends on the one before it.
  const ones = Float32Array.of(1);
  const c = Float32Array.of(0);
  const launches = Array.from({ length: 2000 }, () => ({
    kernel: routines.address('massif_matmul'),
    buffers: [{ place: 0, offsetBytes: 0 }, { place: 0, offsetBytes: 0 }, { place: 0, offsetBytes: 4 }, null],
    ints: [1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1],
    floats: [],
  }));
  const koffi = (await import('koffi')).default;
  const view = new Float32Array(koffi.view(buffer, 8));
  view.set([ones[0]!, c[0]!]);
  const segment = bindSegment(routines, buildTemplate(routines, launches), Float64Array.of(Number(buffer)));
  const pool = harness.pool(8);
  await Promise.all([pool.run([segment, segment]), pool.run([segment]), pool.run([]), pool.run([segment])]);
  expect(view[1]).toBe(8000);
});

it('ends between launches when it is aborted, and refuses what follows', async () => {
  for (const threads of [1, 2]) {
    const pool = createPool(harness.routines, threads);
    const long = peak(2_000_000);
    const running = pool.run(Array.from({ length: 10_000 }, () => long));
    while (pool.progress() < 2) await new Promise((resolve) => setImmediate(resolve));
    pool.abort();
    await expect(running).rejects.toMatchObject({ code: 'device_aborted' });
    await expect(pool.run([long])).rejects.toMatchObject({ code: 'device_aborted' });
    await pool.close();
    await expect(pool.run([long])).rejects.toMatchObject({ code: 'device_closed' });
  }
});
