import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, processIdentity, readRunRecords, writeRunRecord, type ProcessIdentity } from '@massif/processes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endEverything } from './end-all.ts';
import { prepareHome, readAddress } from './home.ts';
import { claimHome, holdsHome, releaseHome } from './lock.ts';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'massif-up-'));
  onTestFinished(async () => {
    await endEverything(home, { withinMs: 5000 });
    rmSync(home, { recursive: true, force: true });
  });
  prepareHome(home);
  return home;
}

/** A stand-in for `massif up` with a guardian and five dummies: two groups of two, and a database. */
async function startUp(home: string) {
  const up = spawn(process.execPath, [fixture('up.ts'), home], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void up.kill('SIGKILL'));
  const [line] = (await once(up.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  expect(pids).toHaveLength(5);
  const guardian = readRunRecords(home).find(({ role }) => role === 'guardian')!;
  return { up, identity: processIdentity(up.pid!)!, guardian, dummies: pids.map((pid) => processIdentity(pid)!) };
}

const alive = (identities: ProcessIdentity[]) => identities.filter(isAlive);

async function startStranger(): Promise<ProcessIdentity> {
  const stranger = spawn(process.execPath, [fixture('group.ts')], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void process.kill(-stranger.pid!, 'SIGKILL'));
  await once(stranger.stdout, 'data');
  return processIdentity(stranger.pid!)!;
}

describe('the guardian', () => {
  it('ends everything within 5 s when massif up is killed, the database in order, and then itself', async () => {
    const home = temporaryHome();
    const { up, guardian, dummies, identity } = await startUp(home);
    up.kill('SIGKILL');
    await expect.poll(() => alive([...dummies, guardian]), { timeout: 5000 }).toEqual([]);
    expect(existsSync(join(home, 'shut-down-in-order'))).toBe(true);
    expect(readRunRecords(home)).toEqual([]);
    expect(readAddress(home)).toBeUndefined();
    expect(holdsHome(home, identity)).toBe(false);
  });

  it('is not impressed by signals, and leaves when massif up leaves in order, touching nothing', async () => {
    const home = temporaryHome();
    const { up, guardian, dummies } = await startUp(home);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guardian.pid, signal);
    up.kill('SIGTERM');
    expect(await once(up, 'exit')).toEqual([0, null]);
    await expect.poll(() => isAlive(guardian)).toBe(false);
    expect(alive(dummies)).toHaveLength(5);
  });

  it('leaves the processes of a massif up alone that has taken over', async () => {
    const home = temporaryHome();
    const { up, guardian, dummies, identity } = await startUp(home);
    releaseHome(home, identity);
    expect(claimHome(home, processIdentity(process.pid)!)).toBeUndefined();
    up.kill('SIGKILL');
    await expect.poll(() => isAlive(guardian)).toBe(false);
    expect(alive(dummies)).toHaveLength(5);
  });
});

describe('what an unclean death left', () => {
  it('is ended at the next start when the guardian died too, groups without a leader included', async () => {
    const home = temporaryHome();
    const { up, guardian, dummies } = await startUp(home);
    process.kill(guardian.pid, 'SIGKILL');
    up.kill('SIGKILL');
    const controller = readRunRecords(home).find(({ role }) => role === 'controller')!;
    process.kill(controller.pid, 'SIGKILL');
    await expect.poll(() => alive([guardian, controller])).toEqual([]);
    expect(alive(dummies)).toHaveLength(4);
    expect(await endEverything(home, { withinMs: 5000 })).toEqual([]);
    expect(alive(dummies)).toEqual([]);
    expect(readRunRecords(home)).toEqual([]);
  });

  it('is not mistaken for a stranger that has its pid now, or its group', async () => {
    const home = temporaryHome();
    const leader = await startStranger();
    const orphaned = await startStranger();
    process.kill(orphaned.pid, 'SIGKILL');
    await expect.poll(() => isAlive(orphaned)).toBe(false);
    // The pid of a record that now leads somebody else's group, and one whose group lost its leader long ago.
    writeRunRecord(home, { ...leader, startTicks: '1', role: 'api' });
    writeRunRecord(home, { ...orphaned, role: 'supervisor' });
    expect(await endEverything(home, { withinMs: 1000 })).toEqual([]);
    expect(isAlive(leader)).toBe(true);
    expect(() => process.kill(-orphaned.pid, 0)).not.toThrow();
    expect(readRunRecords(home)).toEqual([]);
  });
});

describe('a home', () => {
  it('belongs to one living massif up at a time', async () => {
    const home = temporaryHome();
    const self = processIdentity(process.pid)!;
    const dead = { ...self, startTicks: '1' };
    expect(claimHome(home, dead)).toBeUndefined();
    expect(claimHome(home, self)).toBeUndefined();
    expect(claimHome(home, await startStranger())).toEqual(self);
    releaseHome(home, dead);
    expect(holdsHome(home, self)).toBe(true);
    releaseHome(home, self);
    expect(holdsHome(home, self)).toBe(false);
  });
});
