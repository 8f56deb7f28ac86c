import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { roles } from '@massif/contracts';
import { processIdentity } from '@massif/processes';
import { describe, expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const example = fileURLToPath(new URL('../../../examples/moby-dick.yaml', import.meta.url));

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'massif-cli-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function massif(words: string[], { home = temporaryHome(), ...variables }: Record<string, string> & { home?: string } = {}) {
  const { MASSIF_URL, MASSIF_TOKEN, ...inherited } = process.env;
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...inherited, MASSIF_HOME: home, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

describe('without a control plane', () => {
  it.each([['jobs'], ['nodes'], ['queues'], ['token', 'create'], ['submit', '-f', example], ['logs', 'job_1']])(
    'massif %s exits with 3 and says how to start one',
    async (...words) => {
      const { status, stdout, stderr } = await massif(words);
      expect(status).toBe(3);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/massif up/);
    },
  );

  it('says the same as one problem object with --json, also when an address is given where nobody listens', async () => {
    const { status, stdout, stderr } = await massif(['jobs', '--json'], { MASSIF_URL: 'http://127.0.0.1:9' });
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'control_plane_unreachable',
      detail: expect.stringMatching(/127\.0\.0\.1:9.*massif up/),
    });
  });
});

describe('wrong words', () => {
  it.each([
    ['a rank that is no number', ['logs', 'job_1', '--rank', 'first'], /whole number, -1 or more/],
    ['a limit below 1', ['jobs', '--limit', '0'], /whole number, 1 or more/],
    ['a state that is none', ['jobs', '--state', 'running,done'], /succeeded/],
    ['a moment that is none', ['token', 'create', '--expires', 'tomorrow'], /2027-01-31T18:00:00Z/],
    ['a command that is misspelt', ['sumbit'], /submit/],
    ['no command', [], /massif needs a command, one of up, .*submit/],
    ['no command of a group', ['token'], /massif token needs a command, one of create, list, revoke/],
    ['no command of the engine', ['engine'], /massif engine needs a command, one of eval, matmul/],
    ['a directory instead of a file', ['plan', '-f', '.'], /is a directory/],
    ['no sizes of a product', ['engine', 'matmul'], /^--m, --n and --k are missing: massif engine matmul --m 1024/],
    ['no device of an evaluation', ['engine', 'eval', '--model', 'm', '--tokens', 't'], /^--device is missing: massif engine eval --model/],
    ['a part that is not built, whatever its arguments', ['engine', 'render', 'a', 'b', '--c'], /not built yet/],
  ])('%s: exit 2, one problem object, and what is right', async (_, words, hint) => {
    const { status, stdout, stderr } = await massif([...words, '--json']);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect((JSON.parse(stderr) as { detail: string }).detail).toMatch(hint);
  });
});

describe('errors for people', () => {
  const plan = (training: object) => {
    const file = join(temporaryHome(), 'job.json');
    const model = { config: { model_type: 'gpt2', n_layer: 1, n_head: 2, n_embd: 8, n_positions: 16, vocab_size: 260 } };
    const complete = { steps: 1, globalBatch: 2, sequence: 8, optimizer: { learningRate: 0.1 }, ...training };
    writeFileSync(file, JSON.stringify({ kind: 'train', model, data: { text: ['a.txt'] }, training: complete }));
    return massif(['plan', '-f', file]);
  };

  it('say once what is wrong', async () => {
    const { status, stderr } = await plan({ sequence: 17 });
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/training\.sequence: 17 .*16 positions/);
  });

  it('have a line with its own advice for each of several fields', async () => {
    const { status, stderr } = await plan({ globalBatch: 0, secuence: 8 });
    expect(status).toBe(2);
    expect(stderr).toMatch(/\n {2}training\.globalBatch: .*\n/);
    expect(stderr).toMatch(/secuence.*did you mean.*sequence/);
    expect(stderr).not.toContain('`errors`');
  });
});

it.each(['--help', 'submit --help', 'token create --help', 'plan --help', 'up --help', 'train --help', 'engine eval --help'])(
  'massif %s shows how it is used',
  async (words) => {
    const { status, stdout } = await massif(words.split(' '));
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}massif \w+/);
  },
);

it('with --json help and version are JSON too', async () => {
  const ask = async (words: string) => JSON.parse((await massif([...words.split(' '), '--json'])).stdout) as unknown;
  expect(await ask('--version')).toEqual({ version: expect.any(String) as string });
  expect(await ask('--help')).toMatchObject({
    commands: expect.arrayContaining([{ name: 'submit', description: expect.any(String) as string }]) as object,
  });
  expect(await ask('job --help')).toMatchObject({ arguments: [{ name: 'id', required: true }], commands: [] });
  expect(await ask('token create --help')).toMatchObject({
    usage: expect.stringContaining('massif token create') as string,
    options: expect.arrayContaining([expect.objectContaining({ flags: '--role <role>', default: 'admin', choices: [...roles] })]) as object,
  });
});

describe('massif example', () => {
  it('prints a spec as it is written, which submit takes', async () => {
    const { status, stdout } = await massif(['example', 'moby-dick']);
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(example, 'utf8'));
  });

  it('without a name lists them, also for programs', async () => {
    expect((await massif(['example'])).stdout).toMatch(/^NAME +WHAT IT IS\n(.*\n)*moby-dick {2}.*Moby Dick/);
    const items = (JSON.parse((await massif(['example', '--json'])).stdout) as { items: { name: string }[] }).items;
    expect(items.map(({ name }) => name)).toContain('moby-dick');
  });

  it('names those there are for one that there is not', async () => {
    const { status, stderr } = await massif(['example', 'nowhere', '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'invalid_spec', detail: expect.stringContaining('moby-dick') });
  });
});

describe('massif plan', () => {
  it('plans the example for this machine', async () => {
    const { status, stdout } = await massif(['plan', '-f', example, '--json']);
    expect(status).toBe(0);
    const { plans, rejected, searchMs } = JSON.parse(stdout) as { plans: Record<string, unknown>[]; rejected: unknown[]; searchMs: number };
    expect(plans[0]).toMatchObject({ layout: { dp: 2, tp: 1 }, source: 'default', costUsd: null });
    const { parts, stepTimeMs } = plans[0] as { parts: Record<string, number>; stepTimeMs: number };
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(stepTimeMs, 6);
    expect(Array.isArray(rejected)).toBe(true);
    expect(searchMs).toBeGreaterThanOrEqual(0);
    expect((await massif(['plan', '-f', example])).stdout).toMatch(/LAYOUT.*\ndp 2, micro-batch \d/);
  });

  it.each([
    [
      'its other form',
      ['plan', '--model', 'gpt3-1t', '--gpus', '3072', '--gpu', 'a100-80gb', '--global-batch', '3072', '--seq', '2048', '--json'],
      'not_supported',
    ],
    ['evaluate', ['plan', 'evaluate', '--input', 'a.json', '--output', 'b.json', '--json'], 'not_supported'],
    ['no file', ['plan', '--json'], 'invalid_spec'],
    ['a file that is not there', ['plan', '-f', 'nowhere.yaml', '--json'], 'data_not_found'],
    ['an unknown option', ['plan', '--nonsense', '--json'], 'invalid_spec'],
  ])('answers %s with exit 2', async (_, words, code) => {
    const { status, stdout, stderr } = await massif(words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ code });
  });
});

describe('massif up', () => {
  it.each([
    ['a demo of no nodes', ['--demo', '--nodes', '0'], 'invalid_spec'],
    ['a demo in which time stands still', ['--demo', '--speed', '0'], 'invalid_spec'],
    ['a main job that is not there', ['--main-job', 'nowhere.yaml'], 'data_not_found'],
    ['--exit without a job', ['--exit'], 'invalid_spec'],
    ['an impossible port', ['--port', '70000'], 'invalid_spec'],
  ])('refuses %s before anything is started', async (_, words, code) => {
    const { status, stderr } = await massif(['up', ...words, '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ code });
  });

  it('refuses a home that cannot be one', async () => {
    const { status, stderr } = await massif(['up', '--json'], { home: join(main, 'home') });
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'invalid_spec', detail: expect.stringContaining('MASSIF_HOME') });
  });

  it('refuses a home where another one runs, and says where', async () => {
    const home = temporaryHome();
    mkdirSync(join(home, 'run'));
    writeFileSync(join(home, 'run', 'up.lock'), JSON.stringify(processIdentity(process.pid)));
    writeFileSync(join(home, 'control-plane.json'), JSON.stringify({ url: 'http://127.0.0.1:7711' }));
    const { status, stderr } = await massif(['up'], { home });
    expect(status).toBe(2);
    expect(stderr).toContain(`process ${process.pid}`);
    expect(stderr).toContain('http://127.0.0.1:7711');
  });
});

describe('the token of this installation', () => {
  it('goes to this installation, and to nobody else', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json').end('{"items":[],"nextCursor":null,"total":0}');
    }).listen(0);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const home = temporaryHome();
    writeFileSync(join(home, 'admin.token'), 'secret\n');
    await massif(['jobs'], { home, MASSIF_URL: `http://127.0.0.1:${port}` });
    writeFileSync(join(home, 'control-plane.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }));
    expect((await massif(['jobs'], { home, MASSIF_URL: `http://localhost:${port}` })).stdout).toBe('no jobs\n');
    // The name of this machine, where it leads anywhere.
    const names = await lookup(hostname()).then(
      () => [hostname()],
      () => [],
    );
    for (const name of names) await massif(['jobs'], { home, MASSIF_URL: `http://${name}:${port}` });
    await massif(['jobs'], { home, MASSIF_URL: `http://127.0.0.1:${port}`, MASSIF_TOKEN: 'other' });
    expect(seen).toEqual([undefined, 'Bearer secret', ...names.map(() => undefined), 'Bearer other']);
  });
});
