import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '@massif/contracts';
import { worldFiles } from '@massif/cluster/simulated';
import { openStore, type Store } from '@massif/store';
import { testDatabase } from '@massif/store/testing';
import { expect, it, onTestFinished } from 'vitest';
import type { Plans } from '../plans.ts';
import { readBegun } from './begun.ts';
import { writePast } from './write.ts';

const plan: Plan = {
  layout: { dp: 1, tp: 1, pp: 1, cp: 1, ep: 1 } as Plan['layout'],
  stepTimeMs: 12_000,
  memoryGiB: 40,
  memoryParts: {},
  mfu: 0.4,
  hfu: 0.5,
  tokensPerSecond: 1e5,
  parts: {} as Plan['parts'],
  costUsd: null,
  days: 0.1,
};
const plans: Plans = { of: () => plan };
const size = { seed: 3, nodes: 4, jobs: 150 };

/** An installation where a past is begun, as often as somebody starts it. */
async function install() {
  const { databaseUrl, sql, drop } = await testDatabase();
  const home = mkdtempSync(join(tmpdir(), 'massif-demo-'));
  const store = openStore({ databaseUrl });
  onTestFinished(async () => {
    await store.close();
    await drop();
    rmSync(home, { recursive: true, force: true });
  });
  const { project } = await store.projects.ensureDefaults();
  const write = async ({ into = store, signal = new AbortController().signal } = {}) => {
    const options = { store: into, home, apiUrl: 'http://127.0.0.1:1', projectId: project.id, ...size, signal };
    const { rest } = await writePast({ ...options, planShapes: () => Promise.resolve(plans) });
    await rest;
  };
  const written = async () => {
    const jobs = await sql('select name from job order by name');
    const [counts] = await sql(`select (select count(*)::integer from usage_node) as nodes,
      (select count(*)::integer from usage_cluster) as cluster, (select count(*)::integer from allocation where released_at is null) as held`);
    return { names: jobs.map(({ name }) => name), ...counts };
  };
  return { home, store, sql, write, written };
}

/** Ends with an error after so many transactions: as when the process is killed there. */
function endsAfter(store: Store, writes: number): Store {
  let left = writes;
  const write: Store['history']['write'] = async (jobs) => {
    if (left-- === 0) throw new Error('killed');
    await store.history.write(jobs);
  };
  return { ...store, history: { ...store.history, write } };
}

it('is the same past, complete, wherever it was stopped before', async () => {
  const through = await install();
  const whole = through.write().then(through.written);

  const stopped = async (stop: (place: Awaited<ReturnType<typeof install>>) => Promise<void>) => {
    const place = await install();
    await expect(stop(place)).rejects.toThrow();
    expect(readBegun(place.home)).toMatchObject(size);
    const part = await place.written();
    await place.write();
    expect(await place.written()).toEqual(await whole);
    expect(part).not.toEqual(await whole);
    expect(readBegun(place.home)).toBeUndefined();
    const gangs = new Set(
      worldFiles(place.home)
        .read()
        .map(({ jobId }) => jobId),
    );
    const running = await place.sql("select id from job where state in ('running', 'launching', 'admitted')");
    expect(running.length).toBeGreaterThan(2);
    expect(running.filter(({ id }) => !gangs.has(id as string))).toEqual([]);
  };
  await Promise.all([
    whole,
    ...[0, 1, 3].map((writes) => stopped(({ store, write }) => write({ into: endsAfter(store, writes) }))),
    // Told to stop while it writes what has ended.
    stopped(async ({ store, sql, write }) => {
      const stop = new AbortController();
      const stopping = write({ into: store, signal: stop.signal });
      stopping.catch(() => {});
      await expect.poll(() => sql('select 1 from usage_node limit 1')).toHaveLength(1);
      stop.abort();
      await stopping;
    }),
  ]);
});
