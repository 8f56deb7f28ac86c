import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIdentity, readRunRecords } from '@massif/processes';
import { openStore } from '@massif/store';
import { testDatabase } from '@massif/store/testing';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCalibration } from './calibrate.ts';

const program = fileURLToPath(new URL('fixtures/calibrate.ts', import.meta.url));
const patience = { timeout: 20_000, interval: 20 };

async function setUp(behaviour: 'prompt' | 'endless' | 'broken', idleForMs = 0) {
  const database = await testDatabase();
  const store = openStore({ databaseUrl: database.databaseUrl });
  const home = mkdtempSync(join(tmpdir(), 'massif-calibrate-'));
  const pidFile = join(home, 'pids');
  const connect = () =>
    createCalibration({
      home,
      command: [process.execPath, program, pidFile, behaviour],
      environment: {},
      store,
      log: pino({ level: 'silent' }),
      idleForMs,
    });
  const calibration = connect();
  onTestFinished(async () => {
    calibration.yield();
    await store.close();
    await database.drop();
    rmSync(home, { recursive: true, force: true });
  });
  await store.nodes.upsert([{ name: 'here', cores: 2, memoryBytes: 8, devices: [{ index: 0, type: 'cpu', memoryBytes: 4 }] }]);
  const node = (await store.nodes.get('here'))!;
  const pids = () => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trimEnd().split('\n').map(Number) : []);
  const profile = async () => (await store.nodes.get(node.id))?.profiles['cpu'];
  /** As the controller does every few seconds, until `pids` shows that it has led to so many measurements. */
  const considerUntil = (count: number) =>
    expect
      .poll(() => {
        calibration.consider(node, { busy: false });
        return pids().length;
      }, patience)
      .toBe(count);
  return { calibration, connect, store, home, node, pids, profile, considerUntil };
}

describe('measuring this host', () => {
  it('happens once, and its profile is stored', async () => {
    const { calibration, store, home, node, pids, profile } = await setUp('prompt');
    calibration.consider(node, { busy: false });
    expect(readRunRecords(home)).toHaveLength(1);
    await expect.poll(profile, patience).toMatchObject({ source: 'measured' });
    await expect.poll(() => readRunRecords(home), patience).toEqual([]);
    calibration.consider((await store.nodes.get(node.id))!, { busy: false });
    expect(readRunRecords(home)).toEqual([]);
    expect(pids()).toHaveLength(1);
  });

  it('runs at the lowest priority, and ends at once when a gang needs the host', async () => {
    const { calibration, home, pids, profile, considerUntil } = await setUp('endless');
    await considerUntil(1);
    const [pid] = pids() as [number];
    expect(getPriority(pid)).toBe(19);
    expect(readRunRecords(home).map(({ role }) => role)).toEqual(['calibrate']);
    calibration.yield();
    await expect.poll(() => processIdentity(pid), patience).toBeUndefined();
    await expect.poll(() => readRunRecords(home), patience).toEqual([]);
    expect(await profile()).toBeUndefined();
    // Later, it begins anew.
    await considerUntil(2);
  });

  it('waits until the host has been idle for a while, and is not begun while it is busy', async () => {
    const { calibration, node, pids } = await setUp('prompt', 60_000);
    calibration.consider(node, { busy: true });
    calibration.consider(node, { busy: false });
    expect(pids()).toEqual([]);
    const eager = await setUp('prompt');
    eager.calibration.consider(eager.node, { busy: true });
    expect(eager.pids()).toEqual([]);
    expect(readRunRecords(eager.home)).toEqual([]);
  });

  it('is given up after it has failed three times', async () => {
    const { calibration, node, pids, home, considerUntil } = await setUp('broken');
    await considerUntil(3);
    await expect.poll(() => readRunRecords(home), patience).toEqual([]);
    for (let i = 0; i < 5; i++) calibration.consider(node, { busy: false });
    expect(readRunRecords(home)).toEqual([]);
    expect(pids()).toHaveLength(3);
  });

  it('does not go on when its controller was killed and another one begins', async () => {
    const { connect, pids, considerUntil } = await setUp('endless');
    await considerUntil(1);
    connect();
    await expect.poll(() => processIdentity(pids()[0]!), patience).toBeUndefined();
  });
});
