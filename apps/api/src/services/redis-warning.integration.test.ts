import { openQueue } from '@massif/queue';
import { testRedis } from '@massif/queue/testing';
import { expect, it, onTestFinished } from 'vitest';
import { warnWithoutRedis } from './redis-warning.ts';

/** What is said of a Redis. */
async function said(redisUrl: string): Promise<string[]> {
  const queue = openQueue({ redisUrl });
  onTestFinished(() => queue.close());
  const notes: string[] = [];
  await warnWithoutRedis({ queue, redisUrl, onNote: (text) => notes.push(text) });
  return notes;
}

it('a Redis that cannot be used is told once, with its place and the reason, and without its password', async () => {
  expect(await said('redis://:secret@127.0.0.1:9')).toEqual([
    expect.stringMatching(/^REDIS_URL: Redis at 127\.0\.0\.1:9 cannot be used \(ECONNREFUSED\)/),
  ]);
  const redis = await testRedis();
  onTestFinished(() => redis.stop());
  expect(await said(redis.redisUrl)).toEqual([]);
  const [wrong, ...more] = await said(redis.redisUrl.replace(/:[^:@/]*@/, ':secret@'));
  expect(wrong).toMatch(/cannot be used \(.*(WRONGPASS|NOAUTH|password)/i);
  expect([wrong, more]).not.toContain('secret');
  expect(more).toEqual([]);
});
