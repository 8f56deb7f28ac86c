import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openQueue, type ReconcileQueue } from './index.ts';
import { testRedis, type TestRedis } from './testing/index.ts';

const patience = { timeout: 20_000, interval: 10 };
const noSweep = { sweep: () => Promise.resolve() };

async function setUp(): Promise<{ redis: TestRedis; open(): ReconcileQueue; errors: Error[] }> {
  const redis = await testRedis();
  const queues: ReconcileQueue[] = [];
  const errors: Error[] = [];
  onTestFinished(async () => {
    await Promise.all(queues.map((queue) => queue.close()));
    await redis.stop();
  });
  const open = () => {
    const queue = openQueue({ redisUrl: redis.redisUrl, onError: (error) => errors.push(error) });
    queues.push(queue);
    return queue;
  };
  return { redis, open, errors };
}

/** Asks again until Redis is there. */
const enqueue = (queue: ReconcileQueue, jobId: string) =>
  expect.poll(() => queue.enqueueReconcile(jobId).then(() => 'asked', String), patience).toBe('asked');

describe('the queue', () => {
  it('brings a wake-up from one process to another', async () => {
    const { open } = await setUp();
    const seen: string[] = [];
    open().consume((jobId) => Promise.resolve(void seen.push(jobId)), noSweep);
    const producer = open();
    await producer.ping();
    await producer.enqueueReconcile('job_a');
    await expect.poll(() => seen, patience).toEqual(['job_a']);
    await producer.enqueueReconcile('job_a');
    await expect.poll(() => seen, patience).toEqual(['job_a', 'job_a']);
  });

  it('looks once at a job that was asked for often while it waited', async () => {
    const { open } = await setUp();
    const queue = open();
    for (let i = 0; i < 20; i++) await queue.enqueueReconcile('job_a');
    await queue.enqueueReconcile('job_b');
    const seen: string[] = [];
    queue.consume((jobId) => Promise.resolve(void seen.push(jobId)), { ...noSweep, concurrency: 1 });
    await expect.poll(() => seen.includes('job_b'), patience).toBe(true);
    expect(seen).toEqual(['job_a', 'job_b']);
  });

  it('looks once more, never twice at a time, at a job that was asked for while it was looked at', async () => {
    const { open } = await setUp();
    const queue = open();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let begun = 0;
    let active = 0;
    let activeMax = 0;
    queue.consume(async () => {
      active++;
      activeMax = Math.max(activeMax, active);
      await gates[begun++]?.promise;
      active--;
    }, noSweep);
    await queue.enqueueReconcile('job_a');
    await expect.poll(() => begun, patience).toBe(1);
    for (let i = 0; i < 5; i++) await queue.enqueueReconcile('job_a');
    gates[0]!.resolve();
    await expect.poll(() => begun, patience).toBe(2);
    gates[1]!.resolve();
    await expect.poll(() => active, patience).toBe(0);
    // Nothing is left of the five: a job that comes later is the next that is seen.
    await queue.enqueueReconcile('job_z');
    await expect.poll(() => begun, patience).toBe(3);
    expect(activeMax).toBe(1);
  });

  it('tries again when the handler throws, and tells', async () => {
    const { open, errors } = await setUp();
    const queue = open();
    let calls = 0;
    queue.consume(() => (++calls < 3 ? Promise.reject(new Error(`no ${calls}`)) : Promise.resolve()), noSweep);
    await queue.enqueueReconcile('job_a');
    await expect.poll(() => calls, patience).toBe(3);
    expect(errors.map(({ message }) => message)).toEqual(['no 1', 'no 2']);
  });

  it('goes on after everything in Redis was wiped while jobs waited', async () => {
    const { redis, open } = await setUp();
    const queue = open();
    for (let i = 0; i < 10; i++) await queue.enqueueReconcile(`job_${i}`);
    await redis.wipe();
    const seen: string[] = [];
    queue.consume((jobId) => Promise.resolve(void seen.push(jobId)), noSweep);
    await queue.enqueueReconcile('job_a');
    await expect.poll(() => seen, patience).toEqual(['job_a']);
    await redis.wipe();
    await queue.enqueueReconcile('job_a');
    await expect.poll(() => seen, patience).toEqual(['job_a', 'job_a']);
  });

  it('goes on after Redis was wiped while a job was looked at', async () => {
    const { redis, open } = await setUp();
    const queue = open();
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    queue.consume(async (jobId) => {
      seen.push(jobId);
      if (seen.length === 1) await gate.promise;
    }, noSweep);
    await queue.enqueueReconcile('job_a');
    await expect.poll(() => seen.length, patience).toBe(1);
    await redis.wipe();
    gate.resolve();
    await queue.enqueueReconcile('job_a');
    await expect.poll(() => seen, patience).toEqual(['job_a', 'job_a']);
  });

  it('says so at once when Redis is away, and goes on when it comes back empty', async () => {
    const { redis, open } = await setUp();
    const queue = open();
    const seen: string[] = [];
    queue.consume((jobId) => Promise.resolve(void seen.push(jobId)), noSweep);
    await enqueue(queue, 'job_a');
    await expect.poll(() => seen, patience).toEqual(['job_a']);
    await redis.kill();
    // Within a second by its own limits; the rest is for a busy machine.
    const begin = performance.now();
    await expect(queue.enqueueReconcile('job_b')).rejects.toMatchObject({ code: 'service_unavailable', retryable: true });
    await expect(queue.ping()).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(performance.now() - begin).toBeLessThan(10_000);
    await redis.restart();
    await enqueue(queue, 'job_c');
    await expect.poll(() => seen, patience).toEqual(['job_a', 'job_c']);
  });

  it('says why Redis is away, also between two attempts to connect', async () => {
    const { redis, open } = await setUp();
    await redis.kill();
    const queue = open();
    // After ten attempts the next one is further away than anybody waits.
    for (let asked = 0; asked < 14; asked++)
      await expect(queue.ping()).rejects.toMatchObject({ code: 'service_unavailable', cause: { code: 'ECONNREFUSED' } });
  });

  it('can be opened before there is a Redis', async () => {
    const { redis, open } = await setUp();
    await redis.kill();
    const queue = open();
    const seen: string[] = [];
    queue.consume((jobId) => Promise.resolve(void seen.push(jobId)), noSweep);
    await expect(queue.enqueueReconcile('job_a')).rejects.toMatchObject({ code: 'service_unavailable' });
    await redis.restart();
    await enqueue(queue, 'job_b');
    await expect.poll(() => seen, patience).toEqual(['job_b']);
  });

  it('sweeps at once and regularly, also without Redis and after a sweep that failed', async () => {
    const { redis, open, errors } = await setUp();
    await redis.kill();
    let sweeps = 0;
    const sweep = () => (++sweeps === 1 ? Promise.reject(new Error('swept badly')) : Promise.resolve());
    open().consume(() => Promise.resolve(), { sweep, sweepEveryMs: 20 });
    await expect.poll(() => sweeps, patience).toBeGreaterThan(3);
    expect(errors.filter(({ message }) => message === 'swept badly')).toHaveLength(1);
  });

  it('closes soon, with Redis or without', async () => {
    const { redis, open } = await setUp();
    for (const away of [false, true]) {
      const queue = open();
      queue.consume(() => Promise.resolve(), noSweep);
      if (away) await redis.kill();
      else await enqueue(queue, 'job_a');
      // It waits for a second; the rest is for a busy machine.
      expect(await Promise.race([queue.close().then(() => 'closed'), delay(10_000)])).toBe('closed');
    }
  });
});

describe('measured use', () => {
  const frame = (busy: number) => ({
    time: new Date(1_800_000_000_000).toISOString(),
    nodes: [{ name: 'a', busy: [busy, null], memoryBytes: [2 ** 36, null] }],
  });
  /** Publishes until it is heard: who has just subscribed may not be known to Redis yet. */
  const publish = (queue: ReconcileQueue, busy: number, heard: number[]) =>
    expect.poll(() => (queue.publishUsage(frame(busy)), heard.includes(busy)), patience).toBe(true);

  it('comes from one process to every listener of another as it was, until they do not want it any more', async () => {
    const { open, errors } = await setUp();
    const [publisher, reader] = [open(), open()];
    const heard: number[][] = [[], []];
    const frames: unknown[] = [];
    const [stopFirst] = heard.map((list) => reader.onUsage(({ nodes }) => list.push(nodes[0]!.busy[0]!)));
    reader.onUsage((seen) => frames.push(seen));
    await publish(publisher, 0.25, heard[1]!);
    expect(heard[0]).toEqual(heard[1]);
    expect(frames[0]).toEqual(frame(0.25));
    stopFirst!();
    await publish(publisher, 0.5, heard[1]!);
    expect(heard[0]).not.toContain(0.5);
    expect(errors).toEqual([]);
  });

  it('is lost while Redis is away, without a word to who publishes, and goes on when it comes back', async () => {
    const { redis, open } = await setUp();
    const queue = open();
    const heard: number[] = [];
    queue.onUsage(({ nodes }) => heard.push(nodes[0]!.busy[0]!));
    await publish(queue, 0.25, heard);
    await redis.kill();
    await expect(queue.ping()).rejects.toMatchObject({ code: 'service_unavailable' });
    queue.publishUsage(frame(0.5));
    await redis.restart();
    await publish(queue, 0.75, heard);
    expect(heard).not.toContain(0.5);
  });

  it('is not what somebody else publishes there', async () => {
    const { redis, open } = await setUp();
    const queue = open();
    const heard: number[] = [];
    queue.onUsage(({ nodes }) => heard.push(nodes[0]!.busy[0]!));
    await publish(queue, 0.25, heard);
    await redis.publish('massif:usage', 'no JSON');
    await redis.publish('massif:usage', JSON.stringify({ ...frame(0.5), time: 'noon' }));
    await publish(queue, 0.75, heard);
    expect(heard).not.toContain(0.5);
  });
});
