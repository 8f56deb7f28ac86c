import type { GangEnded, GangLaunch, GangRef, GangStatus, NodeInventory } from '../port.ts';
import { worldFiles, type GangRecord } from './files.ts';
import { awayUntil, machines } from './machines.ts';

/** How much the devices of a gang are used: all of them alike. */
export interface GangLoad {
  busy: number;
  memoryBytes: number;
}

/** What plays a gang. */
export interface Actor {
  /** Called several times a second with the time of the world. */
  advance(nowMs: number): void;
  /** Asks it to leave; may be called again. */
  stop(): void;
  /** Takes it away at once. */
  kill(): void;
  load(): GangLoad;
  /** Resolves, with how it ended, when nothing of it is left. */
  ended: Promise<string>;
}

export type CreateActor = (
  gang: GangRecord,
  options: { /** An earlier process played it before. */ isAdopted: boolean; nowMs: number },
) => Actor;

export interface WorldOptions {
  /** MASSIF_HOME: what is kept of the world lies below it. */
  home: string;
  seed: number;
  nodes: number;
  /** How many times as fast time goes by in it. */
  speed: number;
  createActor: CreateActor;
}

/** A simulated cluster: machines, a clock of its own, and the gangs that are played on it. */
export interface World {
  nowMs(): number;
  /** Nodes that are there now. */
  nodes(): NodeInventory[];
  launch(gang: GangLaunch): void;
  stop(gang: GangRef, graceMs: number): Promise<void>;
  list(): GangStatus[];
  /** Of every gang. */
  loads(): { gang: GangRecord; load: GangLoad }[];
  onEnded(tell: (gang: GangEnded) => void): () => void;
  close(): void;
}

interface Playing {
  record: GangRecord;
  actor: Actor;
  stopping: Promise<void> | undefined;
}

const tickEveryMs = 200;
const outagesEveryMs = 2000;
const saveClockEveryMs = 2000;
/** The world begins here: whatever was before it, in a made-up past, is at times above 0. */
export const worldBeginsMs = 30 * 24 * 3_600_000;

/**
 * Begins to play a world, or goes on with the one that is kept below `home`. Its clock stands still while nobody plays it, so that a
 * gang that was there is where it was.
 */
export function openWorld({ home, seed, nodes: nodeCount, speed, createActor }: WorldOptions): World {
  const files = worldFiles(home);
  const all = machines(seed, nodeCount);
  const openedAtMs = performance.now();
  const clockAtMs = files.readClock() ?? worldBeginsMs;
  const nowMs = () => clockAtMs + (performance.now() - openedAtMs) * speed;
  const playing = new Map<string, Playing>();
  const watchers = new Set<(gang: GangEnded) => void>();

  const play = (record: GangRecord, isAdopted: boolean) => {
    const actor = createActor(record, { isAdopted, nowMs: nowMs() });
    const key = keyOf(record);
    playing.set(key, { record, actor, stopping: undefined });
    void actor.ended.then((how) => {
      try {
        files.end(record);
      } catch {
        // A full disk: it is found again by whoever plays the world next, and its attempt refused.
      }
      playing.delete(key);
      for (const tell of watchers) tell({ jobId: record.jobId, attempt: record.attempt, how });
    });
  };
  for (const record of files.read()) play(record, true);

  let there = all;
  const outages = () => {
    const now = nowMs();
    const away = new Set(all.flatMap(({ name }) => (awayUntil(seed, name, now) === undefined ? [] : name)));
    there = all.filter(({ name }) => !away.has(name));
    for (const { record, actor } of playing.values()) if (record.devices.some(({ node }) => away.has(node))) actor.kill();
  };
  outages();
  const timers = [
    setInterval(() => {
      const now = nowMs();
      for (const { actor } of playing.values()) actor.advance(now);
    }, tickEveryMs),
    setInterval(outages, outagesEveryMs),
    setInterval(() => files.writeClock(nowMs()), saveClockEveryMs),
  ];
  for (const timer of timers) timer.unref();

  const stopGang = async ({ actor }: Playing, graceMs: number) => {
    actor.stop();
    const timer = setTimeout(() => actor.kill(), graceMs);
    await actor.ended;
    clearTimeout(timer);
  };

  return {
    nowMs,
    nodes: () => there,
    launch: (gang) => {
      const record = { ...gang, launchedAtMs: nowMs() };
      if (!playing.has(keyOf(gang)) && files.begin(record)) play(record, false);
    },
    stop: async (gang, graceMs) => {
      const found = playing.get(keyOf(gang));
      if (found) return await (found.stopping ??= stopGang(found, graceMs));
      // A launch that is on its way comes too late from now on.
      files.end(gang);
    },
    list: () =>
      [...playing.values()].map(({ record: { jobId, attempt }, stopping }) => ({
        jobId,
        attempt,
        state: stopping ? ('stopping' as const) : ('running' as const),
      })),
    loads: () => [...playing.values()].map(({ record, actor }) => ({ gang: record, load: actor.load() })),
    onEnded: (tell) => {
      watchers.add(tell);
      return () => void watchers.delete(tell);
    },
    close: () => {
      for (const timer of timers) clearInterval(timer);
      files.writeClock(nowMs());
    },
  };
}

const keyOf = ({ jobId, attempt }: GangRef) => `${jobId}.${attempt}`;
