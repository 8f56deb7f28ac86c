import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { memoryOf } from './host.ts';
import {
  describeHost,
  groupIsGone,
  groupMembers,
  hasEnvironment,
  isAlive,
  lossyOutput,
  makeDirectory,
  processIdentity,
  readRunRecords,
  removeRunRecord,
  replaceFile,
  stopProcess,
  watchProcess,
  writeOnce,
  writeRunRecord,
  type ProcessIdentity,
} from './index.ts';

const family = fileURLToPath(new URL('fixtures/family.ts', import.meta.url));
const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Ended by the test, as it should be.
    }
  }
});

/** A group of two processes; the child ignores SIGTERM. */
async function startFamily(onTerm: 'exit' | 'tidy' | 'ignore') {
  const leader = spawn(process.execPath, [family, onTerm], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(leader.pid!);
  const [line] = (await once(leader.stdout, 'data')) as [Buffer];
  return { leader, identity: processIdentity(leader.pid!)!, childPid: Number(line.toString()) };
}

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'massif-processes-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** The identity that a process with this pid would have had before, had the pid been reused. */
const earlier = (identity: ProcessIdentity): ProcessIdentity => ({ ...identity, startTicks: `1${identity.startTicks}` });

describe('identity', () => {
  it('knows this process, and nobody under an impossible pid', () => {
    const self = processIdentity(process.pid)!;
    expect(self.pid).toBe(process.pid);
    expect(isAlive(self)).toBe(true);
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 30]) expect(processIdentity(pid)).toBeUndefined();
  });

  it('does not take another process with the same pid for the one it knew, nor one of an earlier boot', () => {
    const self = processIdentity(process.pid)!;
    expect(isAlive(earlier(self))).toBe(false);
    expect(isAlive({ ...self, bootId: 'another' })).toBe(false);
  });

  it('reads the start of a process whose name holds blanks and brackets', async ({ skip }) => {
    skip(process.platform !== 'linux', 'no /proc, where the name stands among the numbers');
    const program = join(temporaryHome(), ') Z 1 (');
    symlinkSync('/bin/sleep', program);
    const child = spawn(program, ['60'], { stdio: 'ignore' });
    // Until it has replaced the image of its parent, it carries its parent's name.
    await expect.poll(() => readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe(') Z 1 (\n');
    const identity = processIdentity(child.pid!)!;
    expect(identity.startTicks).toMatch(/^\d+$/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
  });

  it('counts a zombie as gone', async () => {
    // The shell never waits for its child.
    const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    await expect.poll(() => processIdentity(Number(line.toString()))).toBeUndefined();
    shell.kill('SIGKILL');
    await once(shell, 'exit');
  });
});

describe('groups', () => {
  it('finds the members, also when the leader has died', async () => {
    const { leader, identity, childPid } = await startFamily('exit');
    expect(new Set(groupMembers(identity))).toEqual(new Set([identity.pid, childPid]));
    leader.kill('SIGKILL');
    await once(leader, 'exit');
    expect(groupMembers(identity)).toEqual([childPid]);
    expect(groupIsGone(identity)).toBe(false);
    process.kill(childPid, 'SIGKILL');
    await expect.poll(() => groupIsGone(identity)).toBe(true);
  });

  it('leaves a group alone whose number was used in an earlier boot', async () => {
    const { leader, identity, childPid } = await startFamily('exit');
    leader.kill('SIGKILL');
    await once(leader, 'exit');
    if (process.platform === 'linux') expect(groupMembers({ ...identity, bootId: 'another' })).toEqual([]);
    expect(groupMembers(identity)).toEqual([childPid]);
  });

  it('leaves a group alone whose leader only has the same pid', async () => {
    const { identity } = await startFamily('exit');
    expect(groupMembers(earlier(identity))).toEqual([]);
    expect(groupIsGone(earlier(identity))).toBe(true);
    expect(await stopProcess(earlier(identity), { graceMs: 0, group: true })).toBe(true);
    expect(isAlive(identity)).toBe(true);
  });
});

describe('the environment of a process', () => {
  it('is known by whole variables, and nothing is known of nobody', async () => {
    const child = spawn('sh', ['-c', 'echo up; read line'], { env: { ...process.env, MARK: '/a/b' }, stdio: ['pipe', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    expect(hasEnvironment(child.pid!, 'MARK', '/a/b')).toBe(true);
    expect(hasEnvironment(child.pid!, 'MARK', '/a')).toBe(false);
    expect(hasEnvironment(child.pid!, 'ARK', '/a/b')).toBe(false);
    child.stdin.end();
    await once(child, 'exit');
    expect(hasEnvironment(child.pid!, 'MARK', '/a/b')).toBe(false);
  });
});

describe('the host', () => {
  it('has the memory of the container, where that is less than the machine', () => {
    const machine = 16 * 2 ** 30;
    expect(memoryOf(machine, 2 ** 30)).toBe(2 ** 30);
    // Nothing constrains it: Node says 0, or what the kernel takes for endless.
    for (const endless of [0, 2 ** 63 - 4096, 2 ** 64]) expect(memoryOf(machine, endless)).toBe(machine);
    const { name, cores, memoryBytes, slots } = describeHost();
    expect(name).toBeTruthy();
    expect(memoryBytes).toBeGreaterThan(0);
    expect(slots).toBe(Math.max(2, cores));
  });
});

describe('stopping', () => {
  it.each(['exit', 'tidy', 'ignore'] as const)('ends the whole group when its leader answers SIGTERM with: %s', async (onTerm) => {
    const { identity, childPid } = await startFamily(onTerm);
    expect(await stopProcess(identity, { graceMs: 300, group: true })).toBe(true);
    expect(processIdentity(childPid)).toBeUndefined();
    expect(isAlive(identity)).toBe(false);
  });

  it('gives the process its grace, and no longer than it needs', async () => {
    const { leader, identity } = await startFamily('tidy');
    const exit = once(leader, 'exit');
    const begin = performance.now();
    await stopProcess(identity, { graceMs: 60_000, group: true });
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(await exit).toEqual([0, null]);
  });

  it('ends what is left of a group whose leader is gone', async () => {
    const { leader, identity, childPid } = await startFamily('exit');
    leader.kill('SIGKILL');
    await once(leader, 'exit');
    expect(await stopProcess(identity, { graceMs: 60_000, group: true })).toBe(true);
    expect(processIdentity(childPid)).toBeUndefined();
  });
});

describe('run records', () => {
  it('come back as they were written, readable by the owner only', () => {
    const home = temporaryHome();
    expect(readRunRecords(home)).toEqual([]);
    const record = { ...processIdentity(process.pid)!, role: 'supervisor', jobId: 'job_1', attempt: 2 };
    writeRunRecord(home, record);
    expect(readRunRecords(home)).toEqual([record]);
    expect(statSync(join(home, 'run', `${process.pid}.json`)).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'run')).mode & 0o777).toBe(0o700);
  });

  it('passes over what is no record', () => {
    const home = temporaryHome();
    writeRunRecord(home, { ...processIdentity(process.pid)!, role: 'api' });
    writeFileSync(join(home, 'run', '1.json'), '{"pid":1');
    writeFileSync(join(home, 'run', '2.json'), '{"pid":2}');
    writeFileSync(join(home, 'run', 'notes.json'), '{}');
    expect(readRunRecords(home).map(({ role }) => role)).toEqual(['api']);
  });

  it('is not removed on behalf of an earlier process with the same pid', () => {
    const home = temporaryHome();
    const self = processIdentity(process.pid)!;
    writeRunRecord(home, { ...self, role: 'api' });
    removeRunRecord(home, earlier(self));
    expect(readRunRecords(home)).toHaveLength(1);
    removeRunRecord(home, self);
    expect(readdirSync(join(home, 'run'))).toEqual([]);
  });
});

it('writes a file once: whoever comes later changes nothing and leaves nothing', () => {
  const home = temporaryHome();
  const file = join(home, 'id');
  expect(['mine', 'yours'].map((text) => writeOnce(file, text))).toEqual([true, false]);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(['id']);
  expect(() => writeOnce(join(home, 'nowhere', 'id'), '')).toThrow('ENOENT');
});

it('replaces a file whole, for the owner only, and leaves nothing beside it', () => {
  const home = temporaryHome();
  const file = join(home, 'address');
  for (const text of ['first', 'second']) replaceFile(file, text);
  expect(readFileSync(file, 'utf8')).toBe('second');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  mkdirSync(join(home, 'directory'));
  expect(() => replaceFile(join(home, 'directory'), 'text')).toThrow(/^E/);
  expect(readdirSync(home).toSorted()).toEqual(['address', 'directory']);
});

it('makes a directory with those above it, for the owner only, and refuses where there can be none', () => {
  const deep = join(temporaryHome(), 'a', 'b');
  makeDirectory(deep);
  makeDirectory(deep);
  for (const directory of [deep, dirname(deep)]) expect(statSync(directory).mode & 0o777).toBe(0o700);
  writeFileSync(join(deep, 'file'), '');
  expect(() => makeDirectory(join(deep, 'file', 'c'))).toThrow('ENOTDIR');
  expect(() => makeDirectory('/proc/massif/home')).toThrow(/^E/);
});

describe('watching', () => {
  it('tells once when the process is gone, and at once when it already was', async () => {
    const { leader, identity } = await startFamily('tidy');
    const { promise: gone, resolve } = Promise.withResolvers<string>();
    watchProcess(identity, { everyMs: 10, onGone: () => resolve(String(isAlive(identity))) });
    leader.kill('SIGKILL');
    expect(await gone).toBe('false');
    const again = Promise.withResolvers<void>();
    watchProcess(identity, { everyMs: 10, onGone: again.resolve });
    await again.promise;
  });
});

it('writes what it can, and loses what it cannot', ({ skip }) => {
  skip(!existsSync('/dev/full'), 'no /dev/full');
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  expect(() => lossyOutput(full).write('lost\n')).not.toThrow();
  const directory = mkdtempSync(join(tmpdir(), 'massif-output-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = openSync(join(directory, 'log'), 'a');
  lossyOutput(file).write('kept\n');
  closeSync(file);
  expect(readFileSync(join(directory, 'log'), 'utf8')).toBe('kept\n');
});
