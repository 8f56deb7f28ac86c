import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIdentity, readRunRecords } from '@massif/processes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProgram } from './child.ts';
import { logFile, prepareHome } from './home.ts';
import { keepRunning } from './service.ts';

const program = fileURLToPath(new URL('fixtures/program.ts', import.meta.url));

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'massif-up-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  prepareHome(home);
  return home;
}

function start(
  home: string,
  behaviour: string,
  { readyWithinMs = 30_000, graceMs = 30_000, ownsGroup = true, onNote = (_text: string) => {} } = {},
) {
  const started = startProgram({
    home,
    role: 'dummy',
    program,
    arguments: [behaviour],
    environment: process.env,
    readyWithinMs,
    graceMs: () => graceMs,
    ownsGroup,
    onNote,
  });
  onTestFinished(() => started.stop());
  return started;
}

describe('a program of the product', () => {
  it('is ready when it says so, has a run record and a log of its own, and leaves when it is asked', async () => {
    const home = temporaryHome();
    const child = start(home, 'well');
    const { url } = await child.ready;
    const [record] = readRunRecords(home);
    expect(record).toMatchObject({ role: 'dummy' });
    expect(url).toBe(`http://${record!.pid}`);
    expect(readFileSync(logFile(home, 'dummy'), 'utf8')).toContain(`well under ${record!.pid}`);
    expect(statSync(logFile(home, 'dummy')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'logs')).mode & 0o777).toBe(0o700);
    await child.stop();
    expect(await child.exited).toMatch(/SIGTERM|status/);
    expect(readRunRecords(home)).toEqual([]);
  });

  it('that cannot start says why, in its own words or with the end of its log', async () => {
    const home = temporaryHome();
    await expect(start(home, 'says why').ready).rejects.toThrow('dummy: the disk is full');
    await expect(start(home, 'dies').ready).rejects.toThrow(
      /exited with status 3 before it was ready; the end of its log[^]*something is wrong/,
    );
  });

  it('that has a remark, and a code for why it cannot start, is understood', async () => {
    const notes: string[] = [];
    const { ready } = start(temporaryHome(), 'says whose fault', { onNote: (text) => notes.push(text) });
    await expect(ready).rejects.toMatchObject({ code: 'conflict', message: 'DISK: it is another one' });
    expect(notes).toEqual(['waiting for the disk']);
  });

  it('that never gets ready is ended', async () => {
    const child = start(temporaryHome(), 'silent', { readyWithinMs: 300 });
    await expect(child.ready).rejects.toThrow('was not ready after 0.3 s');
    expect(await child.exited).toContain('SIGKILL');
  });

  it('is killed when it does not leave within its grace', async () => {
    const child = start(temporaryHome(), 'stubborn', { graceMs: 200 });
    await child.ready;
    await child.stop();
    expect(await child.exited).toContain('SIGKILL');
  });

  it('takes its children with it, also when it dies by itself', async () => {
    const home = temporaryHome();
    const child = start(home, 'with a child');
    const grandchild = Number((await child.ready).url);
    expect(processIdentity(grandchild)).toBeDefined();
    process.kill(readRunRecords(home)[0]!.pid, 'SIGKILL');
    await expect.poll(() => processIdentity(grandchild)).toBeUndefined();
  });
});

describe('a service that is kept running', () => {
  const keep = (home: string, behaviours: string[], limits: { stableAfterMs?: number; failedStartsMax?: number } = {}) => {
    const died: string[] = [];
    const urls: string[] = [];
    const gaveUp = Promise.withResolvers<Error>();
    const service = keepRunning({
      name: 'dummy',
      start: () => start(home, behaviours.length > 1 ? behaviours.shift()! : behaviours[0]!),
      onReady: ({ url }) => urls.push(url!),
      onDied: (how) => died.push(how),
      onGaveUp: gaveUp.resolve,
      ...limits,
    });
    onTestFinished(() => service.stop());
    return { service, died, urls, gaveUp: gaveUp.promise };
  };
  const pidOf = (home: string) => readRunRecords(home)[0]?.pid;

  it('is started again when it is killed, and not when it is stopped', async () => {
    const home = temporaryHome();
    const { service, died, urls } = keep(home, ['well']);
    await service.ready;
    const first = pidOf(home)!;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => urls.length).toBe(2);
    expect(pidOf(home)).not.toBe(first);
    expect(died).toEqual(['was killed by SIGKILL']);
    await service.stop();
    expect(readRunRecords(home)).toEqual([]);
    expect(died).toHaveLength(1);
  });

  it('is started again on request, without counting as a death', async () => {
    const home = temporaryHome();
    const { service, died, urls } = keep(home, ['well']);
    await service.ready;
    service.restart();
    await expect.poll(() => urls.length).toBe(2);
    expect(died).toEqual([]);
  });

  it('whose first start fails is not tried again: its error goes to who asked for it', async () => {
    const { service, died } = keep(temporaryHome(), ['says why']);
    await expect(service.ready).rejects.toThrow('the disk is full');
    await service.stop();
    expect(died).toEqual([]);
  });

  it('is given up after too many failed starts in a row', async () => {
    const home = temporaryHome();
    const { service, gaveUp, died } = keep(home, ['well', 'dies'], { failedStartsMax: 2 });
    await service.ready;
    process.kill(pidOf(home)!, 'SIGKILL');
    expect((await gaveUp).message).toMatch(/dummy could not be started 3 times in a row/);
    expect(died).toHaveLength(2);
  });

  it('is given up when somebody has taken away where it logs', async () => {
    const home = temporaryHome();
    const { service, gaveUp } = keep(home, ['well']);
    await service.ready;
    rmSync(join(home, 'logs'), { recursive: true });
    process.kill(pidOf(home)!, 'SIGKILL');
    expect((await gaveUp).message).toMatch(/dummy cannot be started again: ENOENT.*dummy\.log/);
    await service.stop();
  });

  it('is not started again when it says that this is of no use', async () => {
    const { service, gaveUp, died } = keep(temporaryHome(), ['gives up later']);
    await service.ready;
    expect(await gaveUp).toMatchObject({ code: 'conflict', message: 'DISK: another one has it' });
    expect(died).toEqual([]);
  });

  it('is stopped in order also when somebody has removed its log', async () => {
    const home = temporaryHome();
    const { service } = keep(home, ['well']);
    await service.ready;
    rmSync(logFile(home, 'dummy'));
    await service.stop();
    expect(readRunRecords(home)).toEqual([]);
  });

  it('that is stopped while it starts again leaves nothing behind', async () => {
    const home = temporaryHome();
    const { service } = keep(home, ['well', 'silent']);
    await service.ready;
    const first = pidOf(home)!;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => pidOf(home) !== undefined && pidOf(home) !== first).toBe(true);
    await service.stop();
    expect(readRunRecords(home)).toEqual([]);
  });
});
