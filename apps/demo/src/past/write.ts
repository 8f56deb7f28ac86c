import { setTimeout as delay } from 'node:timers/promises';
import { usageEveryMs, type PastJob, type Store } from '@massif/store';
import { busyOfJob, machines, outagesOf, seedOfJob, usageOf, worldBeginsMs, worldFiles } from '@massif/cluster/simulated';
import type { Plans } from '../plans.ts';
import { makePast } from './make.ts';
import type { Place } from './place.ts';
import { startsInMs, usageOfDay } from './usage.ts';

export interface WritePast {
  store: Store;
  home: string;
  apiUrl: string;
  projectId: string;
  seed: number;
  nodes: number;
  jobs: number;
  /** Asked once the nodes are there. */
  planShapes(): Promise<Plans>;
}

/** Written in one transaction each. */
const jobsAtOnce = 60;
const hourMs = 3_600_000;
const GiB = 2 ** 30;
const pauseMs = 100;

/**
 * Gives an empty installation the day before now: nodes, use of the cluster, jobs that run and wait. Resolves when pages are full;
 * `rest` resolves when the jobs that have ended, and the last hour of each device, are there as well.
 */
export async function writePast({
  store,
  home,
  apiUrl,
  projectId,
  seed,
  nodes: count,
  jobs,
  planShapes,
}: WritePast): Promise<{ rest: Promise<void> }> {
  const machinery = machines(seed, count);
  await store.nodes.upsert(machinery);
  await store.partitions.ensure(new Date());
  const rows = new Map((await store.nodes.list()).map((node) => [node.name, node]));
  const plans = await planShapes();
  const realNowMs = Date.now();
  const place: Place = {
    seed,
    home,
    apiUrl,
    projectId,
    nowMs: worldBeginsMs,
    timeOf: (worldMs) => new Date(realNowMs + Math.round(worldMs - worldBeginsMs)),
    deviceOf: (node, index) => {
      const { id, devices } = rows.get(node)!;
      return { nodeId: id, deviceId: devices[index]!.id };
    },
    cores: machinery[0]!.cores,
  };
  const past = makePast({ place, nodes: machinery.map(({ name }) => name), plans, jobs });
  const devices = machinery.length * machinery[0]!.devices.length;
  const { stays, queuedSinceMs, fromMs } = past;
  const day = usageOfDay({ seed, stays, queuedSinceMs, devices, fromMs, toMs: place.nowMs, everyMs: usageEveryMs });
  const samples = day.map(({ atMs, ...sample }) => ({ atMs, sample: { ...sample, time: place.timeOf(atMs) } }));
  await store.history.writeUsage(samples.map(({ sample }) => sample));
  await writeJobs(store, past.present());
  const files = worldFiles(home);
  for (const gang of past.gangs) files.begin(gang);
  files.writeClock(worldBeginsMs + (Date.now() - realNowMs));
  const rest = async () => {
    await writeJobs(store, past.ended());
    // From now backwards, as those look who watch it come.
    const lastHour = samples.filter(({ atMs }) => atMs > place.nowMs - hourMs).toReversed();
    for (const { atMs, sample } of lastHour) {
      const { time, ...cluster } = sample;
      await store.usage.record({ time, cluster, nodes: devicesAt(atMs) });
      // Those who look at the dashboard already come first.
      await delay(pauseMs);
    }
  };
  /** Use of every device at a time, as it is measured. */
  const devicesAt = (atMs: number) => {
    const loads = stays
      .filter(({ admittedAtMs, endsAtMs }) => admittedAtMs + startsInMs < atMs && atMs < endsAtMs)
      .map(({ lane, spec, plan }) => ({
        gang: { devices: lane.devices.map((index) => ({ node: lane.node, index })) },
        load: { busy: busyOfJob(seedOfJob(seed, spec)), memoryBytes: plan.memoryGiB * GiB },
      }));
    const there = machinery.filter(({ name }) => outagesOf(seed, name, atMs, atMs).length === 0);
    return usageOf({ nodes: there, loads, nowMs: atMs, seed }).map(({ name, ...usage }) => ({ nodeId: rows.get(name)!.id, ...usage }));
  };
  return { rest: rest() };
}

/** The database writes some jobs while the next ones are told. */
async function writeJobs(store: Store, jobs: Iterable<PastJob>): Promise<void> {
  let batch: PastJob[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    writing = store.history.write(batch);
    // Reported where it is awaited; here it only must not go unhandled.
    writing.catch(() => {});
    batch = [];
  };
  for (const job of jobs) if (batch.push(job) >= jobsAtOnce) await flush();
  await flush();
  await writing;
}
