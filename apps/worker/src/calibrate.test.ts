import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deviceProfileSchema } from '@massif/planner';
import { afterAll, beforeAll, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./calibrate.ts', import.meta.url));
const cache = fileURLToPath(new URL('../../../node_modules/.cache', import.meta.url));

let home: string;
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'massif-calibrate-'))));
afterAll(() => rmSync(home, { recursive: true }));

it('prints one profile of this host, and stores it for the next local run', { timeout: 180_000 }, async ({ annotate }) => {
  const startedAt = performance.now();
  const env = { PATH: process.env['PATH'], MASSIF_HOME: home, MASSIF_CACHE: cache };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  await annotate(`calibrated in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const { deviceType, profile: printed } = JSON.parse(stdout) as { deviceType: string; profile: unknown };
  expect(deviceType).toBe('cpu');
  const profile = deviceProfileSchema.parse(printed);
  expect(JSON.parse(readFileSync(join(home, 'profiles', 'cpu.json'), 'utf8'))).toEqual(profile);

  const cores = availableParallelism();
  expect(profile).toMatchObject({ source: 'measured', device: 'cpu', cores });
  for (const list of [profile.peak, profile.gemm, profile.attention, profile.stream, profile.transcendental])
    expect(new Set(list.map(({ threads }) => threads))).toEqual(new Set([1, cores]));
  // Whatever else this machine does: a product that is computed cannot be faster than its multiply-adds.
  const fastest = Math.max(...profile.gemm.filter(({ threads }) => threads === cores).map(({ gflops }) => gflops));
  const peak = profile.peak.find(({ threads }) => threads === cores)!.gflops;
  expect(fastest).toBeGreaterThan(0.05 * peak);
  expect(profile.stepOverheadMs).toBeLessThan(1000);
});
