import { setTimeout as delay } from 'node:timers/promises';
import { listLimitMax } from '@massif/contracts';
import { usageEveryMs, type PastJob, type Store } from '@massif/store';
import { busyOfJob, machines, outagesOf, seedOfJob, usageOf, worldBeginsMs, worldFiles } from '@massif/cluster/simulated';
import type { Plans } from '../plans.ts';
import { begin, complete, readBegun } from './begun.ts';
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
  /** Ends it in the middle, for whoever goes on with it. */
  signal: AbortSignal;
}

/** Written in one transaction each. */
const jobsAtOnce = 60;
const hourMs = 3_600_000;
const GiB = 2 ** 30;
const pauseMs = 100;

/**
 * Gives an empty installation the day before now: nodes, use of the cluster, jobs that run and wait. Resolves when pages are full;
 * `rest` resolves when the jobs that have ended, and the last hour of each device, are there as well. Where an earlier call did not
 * come to its end, this one writes what is missing.
 */
export async function writePast({
  store,
  home,
  apiUrl,
  projectId,
  planShapes,
  signal,
  ...asked
}: WritePast): Promise<{ rest: Promise<void> }> {
  const begun = readBegun(home);
  const { seed, nodes: count, jobs } = begun ?? asked;
  const machinery = machines(seed, count);
  await store.nodes.upsert(machinery);
  await store.partitions.ensure(new Date());
  const rows = new Map((await store.nodes.list()).map((node) => [node.name, node]));
  const plans = await planShapes();
  const { nowMs: realNowMs } = begun ?? begin(home, { seed, nodes: count, jobs, nowMs: Date.now() });
  const writesSinceMs = Date.now();
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
  const past = makePast({ place, nodes: machinery.map(({ name }) => name), plans, jobs, written: await namesOf(store) });
  const devices = machinery.length * machinery[0]!.devices.length;
  const { stays, queuedSinceMs, fromMs } = past;
  const day = usageOfDay({ seed, stays, queuedSinceMs, devices, fromMs, toMs: place.nowMs, everyMs: usageEveryMs });
  const samples = day.map(({ atMs, ...sample }) => ({ atMs, sample: { ...sample, time: place.timeOf(atMs) } }));
  await store.history.writeUsage(samples.map(({ sample }) => sample));
  const files = worldFiles(home);
  const present = function* () {
    for (const { past: job, gang } of past.present()) {
      // Before its job: one that runs without a gang would be found lost; a gang without a job is refused, and ends.
      if (gang) files.begin(gang);
      yield job;
    }
  };
  await writeJobs(store, present(), signal);
  // Where somebody has played it already, it goes on from there.
  if (files.readClock() === undefined) files.writeClock(worldBeginsMs + (Date.now() - writesSinceMs));
  const rest = async () => {
    await writeJobs(store, past.ended(), signal);
    // From now backwards, as those look who watch it come.
    const lastHour = samples.filter(({ atMs }) => atMs > place.nowMs - hourMs).toReversed();
    for (const { atMs, sample } of lastHour) {
      const { time, ...cluster } = sample;
      await store.usage.record({ time, cluster, nodes: devicesAt(atMs) });
      // Those who look at the dashboard already come first.
      await delay(pauseMs, undefined, { signal });
    }
    complete(home);
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

/** Of every job that is there. */
async function namesOf(store: Store): Promise<Set<string>> {
  const names = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await store.jobs.summaries('everyProject', { limit: listLimitMax, ...(cursor === undefined ? {} : { cursor }) });
    for (const { name } of page.items) names.add(name);
    cursor = page.nextCursor;
  }
  return names;
}

/** The database writes some jobs while the next ones are told. */
async function writeJobs(store: Store, jobs: Iterable<PastJob>, signal: AbortSignal): Promise<void> {
  let batch: PastJob[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    signal.throwIfAborted();
    writing = store.history.write(batch);
    // Reported where it is awaited; here it only must not go unhandled.
    writing.catch(() => {});
    batch = [];
  };
  for (const job of jobs) if (batch.push(job) >= jobsAtOnce) await flush();
  await flush();
  await writing;
}
