import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobReaches, lossCurve, request, series, type JobView } from './harness/api.ts';
import { temporaryDirectory } from './harness/directory.ts';
import { smallJob } from './harness/jobs.ts';
import { pidsOfRole, processesOf, startProduct, type Product } from './harness/product.ts';
import { until } from './harness/until.ts';

/** Long enough that every process can be killed in the middle, with a checkpoint before and one after. */
const steps = 110;
const spec = smallJob({ name: 'survivor', steps });
const killAfterStep = 15;
const killBeforeStep = 75;

const { path: home, remove } = temporaryDirectory('survive');
let product: Product;
let undisturbed: { step: number; loss: number }[];

async function submit(): Promise<string> {
  const reply = await request<{ id: string }>(product, 'POST', 'jobs', { body: spec });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body.id;
}

const ended = (job: JobView) => ['succeeded', 'failed', 'cancelled'].includes(job.state);

/** Submits the job and waits until it is in its middle; again when it was through before it could be seen there. */
async function submitAndRun(): Promise<string> {
  for (let tries = 1; ; tries++) {
    const id = await submit();
    const { state, progress } = await jobReaches(product, id, (seen) => (seen.progress?.step ?? 0) >= killAfterStep || ended(seen));
    if (state === 'running' && progress!.step! <= killBeforeStep) return id;
    expect(tries, `it must still run when something is killed, and is ${state} at step ${progress?.step}`).toBeLessThan(5);
    await jobReaches(product, id, ended);
  }
}

/** The job ended once, well, with every step once, on the curve of the undisturbed run. */
async function expectWhole(id: string) {
  const job = await jobReaches(product, id, ended);
  expect(job.state, JSON.stringify(job.reason)).toBe('succeeded');
  const curve = await lossCurve(product, id);
  expect(curve.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, step) => step));
  expect(curve).toEqual(undisturbed);
  const events = await series<{ seq: number; to?: string | null }>(product, `jobs/${id}/events`);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ to }) => to === 'succeeded')).toHaveLength(1);
  return job;
}

async function expectNothingLeft(): Promise<void> {
  await until(() => processesOf(home).length === 0, { timeoutMs: 5000, what: 'every process to be gone' }).catch((error: Error) => {
    throw new Error(`${error.message}; left: ${JSON.stringify(processesOf(home))}`);
  });
}

beforeAll(async () => {
  product = await startProduct(home);
  const id = await submit();
  const job = await jobReaches(product, id, ended);
  expect(job.state, JSON.stringify(job.reason)).toBe('succeeded');
  undisturbed = await lossCurve(product, id);
}, 180_000);

afterAll(async () => {
  await product.stop();
  expect(processesOf(home)).toEqual([]);
  remove();
});

describe('kill -9 in the middle of a job', () => {
  it('has an undisturbed run to compare with, which learns', () => {
    expect(undisturbed).toHaveLength(steps);
    expect(undisturbed.at(-1)!.loss).toBeLessThan(undisturbed[0]!.loss - 0.5);
  });

  it.each(['rank', 'supervisor', 'controller', 'api', 'redis', 'redis-keeper', 'postgres', 'postgres-keeper', 'guardian'])(
    'of the %s: the job ends once, with the same loss curve',
    async (role) => {
      const id = await submitAndRun();
      const victims = pidsOfRole(home, role);
      expect(victims.length, `processes of role ${role}`).toBeGreaterThan(0);
      const ranks = pidsOfRole(home, 'rank');
      process.kill(victims[0]!, 'SIGKILL');
      if (role === 'rank' || role === 'supervisor') {
        await until(() => ranks.every((pid) => !pidsOfRole(home, 'rank').includes(pid)), {
          timeoutMs: 5000,
          what: 'the other ranks to be gone',
        });
      } else {
        await until(() => pidsOfRole(home, role).some((pid) => !victims.includes(pid)), {
          timeoutMs: 60_000,
          what: `another ${role}`,
        });
      }
      const job = await expectWhole(id);
      // Only what ran the gang costs an attempt; everything else is survived by the gang itself.
      expect(job.attempt).toBe(role === 'rank' || role === 'supervisor' ? 2 : 1);
    },
  );

  it('of massif up itself: nothing is left after 5 s, and the next start ends the job', async () => {
    const id = await submitAndRun();
    product.process.kill('SIGKILL');
    await expectNothingLeft();
    product = await startProduct(home);
    await expectWhole(id);
  });

  it('of massif up and its guardian: the next start ends what is left, and the job', async () => {
    const id = await submitAndRun();
    const gang = [...pidsOfRole(home, 'supervisor'), ...pidsOfRole(home, 'rank')];
    process.kill(pidsOfRole(home, 'guardian')[0]!, 'SIGKILL');
    product.process.kill('SIGKILL');
    product = await startProduct(home);
    expect(processesOf(home).filter(({ pid }) => gang.includes(pid))).toEqual([]);
    await expectWhole(id);
  });
});

describe('stopping in the middle of a job', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s: nothing is left after 10 s, and the job goes on where it was', async (signal) => {
    const id = await submitAndRun();
    const begin = performance.now();
    expect(await product.stop(signal)).toBe(130);
    expect(processesOf(home)).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(10_000);
    product = await startProduct(home);
    await expectWhole(id);
    const attempts = await series<{ number: number; resumedFromStep: number | null }>(product, `jobs/${id}/attempts`);
    // The gang wrote a checkpoint when it was asked to leave: no step of it was done twice.
    expect(attempts.find(({ number }) => number === 2)?.resumedFromStep).toBeGreaterThanOrEqual(killAfterStep);
  });
});
