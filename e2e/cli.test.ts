import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { jobReaches, request, type JobView } from './harness/api.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { smallJob, type SmallJob } from './harness/jobs.ts';
import { pidsOfRole, processesOf, runMassif, startProduct, type Product } from './harness/product.ts';
import { until } from './harness/until.ts';

const { path: directory, remove } = temporaryDirectory('cli');
const home = join(directory, 'home');
let product: Product;

beforeAll(async () => {
  product = await startProduct(home);
}, 120_000);

afterAll(async () => {
  expect(await product.stop()).toBe(130);
  expect(processesOf(home)).toEqual([]);
  remove();
});

const massif = (...words: string[]) => runMassif(home, words);

/** Runs a command that must succeed and print JSON. */
async function json<Value>(...words: string[]): Promise<Value> {
  const { status, stdout, stderr } = await massif(...words, '--json');
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Value;
}

function specFile(job: SmallJob): string {
  const file = join(directory, `${job.name}.json`);
  writeFileSync(file, JSON.stringify(smallJob(job)));
  return file;
}

/** Some 200 KB of text of our own. */
function writeText(name: string): void {
  const words = ['the', 'whale', 'and', 'a', 'sea', 'of', 'ships', 'under', 'sail'];
  let seed = 1;
  const next = () => words[(seed = (seed * 48_271) % 2_147_483_647) % words.length]!;
  writeFileSync(join(directory, name), Array.from({ length: 40_000 }, next).join(' '));
}

describe('massif up', () => {
  it('says where it is, and keeps everything for its owner only', () => {
    expect(product.output()).toMatch(/^massif: dashboard at http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}$/m);
    expect(JSON.parse(readFileSync(join(home, 'control-plane.json'), 'utf8'))).toEqual({ url: product.url });
    for (const name of ['.', 'run', 'logs', 'postgres']) expect(statSync(join(home, name)).mode & 0o077, name).toBe(0);
    for (const name of ['admin.token', 'control-plane.json']) expect(statSync(join(home, name)).mode & 0o077, name).toBe(0);
  });

  it('prints what signs a browser in, also after the API was killed, and writes that nowhere', async () => {
    const open = async () => {
      const { status, headers } = await fetch(product.dashboard, { redirect: 'manual' });
      expect([status, headers.get('location')]).toEqual([303, '/']);
      return headers.get('set-cookie')!.split(';', 1)[0]!;
    };
    const ask = (cookie: string) => fetch(`${product.url}/api/v1/session`, { headers: { cookie } });
    const cookie = await open();
    expect(await (await ask(cookie)).json()).toMatchObject({ role: 'admin', project: 'default' });
    const [api] = pidsOfRole(home, 'api');
    process.kill(api!, 'SIGKILL');
    await until(async () => (await ask(cookie).catch(() => undefined))?.status === 200, { timeoutMs: 60_000, what: 'the API to be back' });
    expect(await (await ask(await open())).json()).toMatchObject({ role: 'admin' });
    const key = new URL(product.dashboard).searchParams.get('key')!;
    for (const name of readdirSync(join(home, 'logs'))) expect(readFileSync(join(home, 'logs', name), 'utf8'), name).not.toContain(key);
  });

  it('refuses to run twice for one home, and says where the first one runs', async () => {
    const { status, stderr } = await massif('up');
    expect(status).toBe(2);
    expect(stderr).toContain(product.url);
    expect((await request(product, 'GET', 'jobs')).status).toBe(200);
  });

  it('avoids a taken port, uses a database server that is there, and leaves it alone', { timeout: 120_000 }, async () => {
    const elsewhere = join(directory, 'database');
    mkdirSync(elsewhere, { mode: 0o700 });
    const server = fork(fileURLToPath(new URL('../apps/services/src/postgres.ts', import.meta.url)), [], {
      env: { ...process.env, MASSIF_HOME: elsewhere },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const gone = new Promise((resolve) => server.once('exit', resolve));
    onTestFinished(async () => {
      server.kill('SIGTERM');
      await gone;
    });
    const databaseUrl = await new Promise<string>((resolve) =>
      server.on('message', (message: { type: string; url?: string }) => message.type === 'ready' && resolve(message.url!)),
    );
    const second = join(directory, 'second');
    const { port } = new URL(product.url);
    const other = await startProduct(second, { arguments: ['--port', port], variables: { DATABASE_URL: databaseUrl } });
    try {
      expect(new URL(other.url).port).not.toBe(port);
      expect(pidsOfRole(second, 'postgres')).toEqual([]);
      expect(existsSync(join(second, 'postgres'))).toBe(false);
      expect(await request(other, 'GET', 'jobs')).toMatchObject({ status: 200, body: { total: 0 } });
    } finally {
      await other.stop();
    }
    expect(processesOf(second)).toEqual([]);
    expect(server.exitCode).toBeNull();
  });
});

describe('a job', () => {
  let id: string;

  it('is submitted with a file of this machine and followed to its end', async () => {
    writeText('sea.txt');
    const file = specFile({ name: 'sea', steps: 20, data: { text: ['sea.txt'] } });
    const job = await json<JobView & { result: { model: string }; spec: { data: { text: string[] } } }>('submit', '-f', file, '--follow');
    id = job.id;
    expect(job).toMatchObject({ state: 'succeeded', attempt: 1, progress: { step: 20, steps: 20 } });
    expect(job.spec.data.text[0]).toMatch(/^upload:/);
    for (const name of ['config.json', 'model.safetensors', 'tokenizer.json'])
      expect(existsSync(join(job.result.model, name)), name).toBe(true);
  });

  it('is listed, shown and explained, for people and as JSON', async () => {
    const list = await json<{ items: JobView[]; total: number }>('jobs', '--state', 'succeeded', '--name', 'sea');
    expect(list.items.map((job) => job.id)).toEqual([id]);
    expect(await json('job', id)).toMatchObject({ id, name: 'sea', queue: 'default' });
    expect(await json('explain', id)).toMatchObject({ state: 'succeeded', explanation: expect.any(Array) });
    expect((await massif('jobs')).stdout).toMatch(new RegExp(`${id}  sea   +succeeded  20/20`));
    expect((await massif('job', id)).stdout).toMatch(/^model +\//m);
    expect((await massif('explain', id)).stdout).toContain('succeeded');
  });

  it('has logs, which end with it when followed', async () => {
    const lines = (await massif('logs', id, '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { rank: number; line: string });
    expect(lines.length).toBeGreaterThan(0);
    const followed = await massif('logs', id, '-f', '--json');
    expect(followed.status).toBe(0);
    expect(followed.stdout.trim().split('\n')).toHaveLength(lines.length);
  });

  it('can be tried without being started', async () => {
    const before = await json<{ total: number }>('jobs');
    expect(await json('submit', '-f', specFile({ name: 'dry', steps: 20 }), '--dry-run')).toMatchObject({
      plan: { layout: { dp: 2 } },
      reasons: [],
    });
    expect(await json<{ total: number }>('jobs')).toMatchObject({ total: before.total });
  });

  it('can be cancelled; whoever follows it learns by exit 1', async () => {
    const follower = massif('submit', '-f', specFile({ name: 'long', steps: 100_000 }), '--follow', '--json');
    const running = await until(
      async () => (await json<{ items: JobView[] }>('jobs', '--name', 'long')).items.find(({ progress }) => (progress?.step ?? 0) > 0),
      { timeoutMs: 60_000, what: 'the job to run' },
    );
    const waiting = await json<JobView>('submit', '-f', specFile({ name: 'waiting', steps: 10 }));
    await until(async () => (await json<{ reasons: unknown[] }>('explain', waiting.id)).reasons.length > 0, {
      timeoutMs: 60_000,
      what: 'a reason',
    });
    await json('cancel', waiting.id);
    await json('cancel', running.id);
    expect(await jobReaches(product, running.id, ({ state }) => state === 'cancelled', 60_000)).toBeTruthy();
    const { status, stdout } = await follower;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ id: running.id, state: 'cancelled' });
    await jobReaches(product, waiting.id, ({ state }) => state === 'cancelled', 60_000);
    expect((await massif('cancel', running.id)).stdout).toBe(`${running.id} has ended: cancelled\n`);
  });
});

describe('the control plane', () => {
  it('shows its node, devices and queues', async () => {
    const { items } = await json<{ items: { state: string; devices: { type: string }[] }[] }>('nodes');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ state: 'ready' });
    expect(items[0]!.devices.length).toBeGreaterThanOrEqual(2);
    expect((await json<{ items: { name: string }[] }>('queues')).items.map(({ name }) => name)).toContain('default');
    expect((await massif('nodes')).stdout).toMatch(/^NAME +STATE/);
  });

  it('makes a token that works until it is revoked', async () => {
    const { status, stdout } = await massif('token', 'create');
    expect(status).toBe(0);
    const { id, token } = JSON.parse(stdout) as { id: string; token: string };
    const use = () => request({ url: product.url, token }, 'GET', 'nodes');
    expect((await use()).status).toBe(200);
    expect((await json<{ items: { id: string }[] }>('token', 'list')).items.map((item) => item.id)).toContain(id);
    await json('token', 'revoke', id);
    expect((await use()).status).toBe(401);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['an id that nobody has', ['job', 'job_00000000000000000000000000'], 'not_found'],
    ['a field that nobody knows', ['submit', '-f', 'unknown.yaml'], 'invalid_spec'],
    ['more devices than there are', ['submit', '-f', 'huge.json'], 'not_enough_devices'],
  ])('%s: exit 2, one problem object', async (_, words, code) => {
    writeFileSync(join(directory, 'unknown.yaml'), 'kind: train\nmodell: { preset: gpt2 }\n');
    writeFileSync(
      join(directory, 'huge.json'),
      JSON.stringify({
        ...smallJob({ name: 'huge', steps: 1, devices: 4096 }),
        training: { ...smallJob({ name: 'huge', steps: 1 }).training, globalBatch: 4096 },
      }),
    );
    const { status, stdout, stderr } = await runMassif(home, [...words, '--json'], { cwd: directory });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ code });
  });

  it('a token that is not one: exit 2', async () => {
    const { status, stderr } = await runMassif(home, ['jobs', '--json'], { variables: { MASSIF_TOKEN: 'nonsense' } });
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'unauthorized' });
  });
});

describe('the main job', () => {
  it.each([
    ['that succeeds', 20, 0, /^massif: job (job_\w+) succeeded, model at (\S+)$/],
    ['that is lost for good', 100_000, 1, /^massif: job (job_\w+) failed: (\w+)$/],
  ] as const)('%s: one last line, one status, and nothing is left', { timeout: 180_000 }, async (_, steps, expected, pattern) => {
    const own = join(directory, `main-${steps}`);
    const job = { ...smallJob({ name: 'main', steps }), ...(expected === 1 ? { limits: { maxDuration: '5s' } } : {}) };
    const file = join(directory, `main-${steps}.json`);
    writeFileSync(file, JSON.stringify(job));
    const { status, stdout, stderr } = await runMassif(own, ['up', '--main-job', file, '--exit']);
    const last = stdout.trimEnd().split('\n').at(-1)!;
    expect(last, stderr).toMatch(pattern);
    expect(status).toBe(expected);
    expect(processesOf(own)).toEqual([]);
    if (expected === 0) {
      expect(stdout).toMatch(/step +\d+\/20/);
      expect(existsSync(join(pattern.exec(last)![2]!, 'model.safetensors'))).toBe(true);
    }
  });
});
