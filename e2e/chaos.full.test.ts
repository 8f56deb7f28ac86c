import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobReaches, lossCurve, request, series, type JobView } from './harness/api.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { smallJob } from './harness/jobs.ts';
import { pidsOfRole, processesOf, startProduct, type Product } from './harness/product.ts';
import { until } from './harness/until.ts';

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const minutes = 6;
const steps = 150;
const jobsAtATime = 3;
/** What is killed, as often as it stands here. A gang that loses a rank starts anew, ten times at most. */
const victims = [
  'api',
  'controller',
  'redis',
  'redis-keeper',
  'postgres',
  'postgres-keeper',
  'guardian',
  'api',
  'controller',
  'rank',
  'supervisor',
  'up',
];

const { path: home, remove } = temporaryDirectory('chaos');
let product: Product;
let undisturbed: { step: number; loss: number }[];

const ended = ({ state }: JobView) => ['succeeded', 'failed', 'cancelled'].includes(state);
const spec = smallJob({ name: 'chaos', steps });

/** Whole numbers below a limit, the same for a seed. */
function randomNumbers(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Submits until it is acknowledged, as a client does that keeps its idempotency key. */
async function submit(key: string): Promise<string> {
  return until(
    async () => {
      const reply = await request<{ id: string }>(product, 'POST', 'jobs', { body: spec, headers: { 'idempotency-key': key } }).catch(
        () => undefined,
      );
      // While PostgreSQL is away it is 503: try again. Anything else is a fault of ours.
      if (reply && reply.status !== 503) expect(reply.status, JSON.stringify(reply.body)).toBe(201);
      return reply?.status === 201 ? reply.body.id : undefined;
    },
    { timeoutMs: 60_000, what: `an acknowledgement of ${key}` },
  );
}

async function kill(role: string): Promise<void> {
  if (role === 'up') {
    product.process.kill('SIGKILL');
    await until(() => processesOf(home).length === 0, { timeoutMs: 5000, what: 'every process to be gone' });
    product = await startProduct(home);
    return;
  }
  const [pid] = pidsOfRole(home, role);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

beforeAll(async () => {
  product = await startProduct(home);
  const id = await submit('undisturbed');
  const job = await jobReaches(product, id, ended);
  expect(job.state, JSON.stringify(job.reason)).toBe('succeeded');
  undisturbed = await lossCurve(product, id);
});
afterAll(async () => {
  await product.stop();
  expect(processesOf(home)).toEqual([]);
  remove();
});

test(`for ${minutes} minutes something is killed every few seconds: every job ends once, on the same loss curve`, async ({ annotate }) => {
  const random = randomNumbers(seed);
  await annotate(`seed ${seed}`);
  const ids: string[] = [];
  const kills = new Map<string, number>();
  const deadline = performance.now() + minutes * 60_000;
  while (performance.now() < deadline) {
    const open = await Promise.all(ids.map((id) => request<JobView>(product, 'GET', `jobs/${id}`).catch(() => undefined)));
    const running = open.filter((reply) => reply?.status !== 200 || !ended(reply.body)).length;
    if (running < jobsAtATime) ids.push(await submit(`chaos-${ids.length}`));
    await new Promise((resolve) => setTimeout(resolve, 1000 + random(6000)));
    const role = victims[random(victims.length)]!;
    await kill(role);
    kills.set(role, (kills.get(role) ?? 0) + 1);
  }
  const isReady = async () => (await fetch(`${product.url}/readyz`).catch(() => undefined))?.status === 200;
  await until(isReady, { timeoutMs: 30_000, what: 'what was killed last to be back' });
  for (const id of ids) {
    const job = await jobReaches(product, id, ended, 180_000);
    expect(job.state, `${id}: ${JSON.stringify(job.reason)}`).toBe('succeeded');
    expect(await lossCurve(product, id), id).toEqual(undisturbed);
    const events = await series<{ seq: number; to?: string | null }>(product, `jobs/${id}/events`);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ to }) => to === 'succeeded')).toHaveLength(1);
  }
  const { body } = await request<{ total: number }>(product, 'GET', 'jobs?limit=1');
  expect(body.total, 'jobs, the undisturbed one too').toBe(ids.length + 1);
  await annotate(`${ids.length} jobs; killed: ${[...kills].map(([role, count]) => `${role} ${count}`).join(', ')}`);
});
