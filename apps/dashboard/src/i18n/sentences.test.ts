import type { Reason } from '@massif/contracts';
import { createTranslator } from 'use-intl/core';
import { describe, expect, it } from 'vitest';
import { loadWords } from './messages.ts';
import { reasonText } from './sentences.ts';

async function say(locale: 'en' | 'zh', reason: Reason): Promise<string> {
  const { messages, errors } = await loadWords(locale);
  return reasonText(reason, { locale, errors, t: createTranslator({ locale, messages, namespace: 'reasons' }) });
}

/** Names of the first five come along; how many there are, too. */
const waits = (missing: number, holders: number, ahead: number): Reason => ({
  code: 'waiting_for_devices',
  message: 'as the API says it',
  missing,
  heldBy: ['a', 'b', 'c', 'd', 'e'].slice(0, holders),
  heldByCount: holders,
  ahead: { count: ahead, jobs: [] },
});

describe('a reason', () => {
  it('of the scheduler is said from its facts', async () => {
    expect(await say('en', waits(1, 0, 0))).toBe('Waits for 1 more device on one node. It is next.');
    expect(await say('en', waits(2, 1268, 1))).toBe('Waits for 2 more devices on one node. In use by 1,268 jobs. 1 job is ahead of it.');
    expect(await say('zh', waits(2, 6, 3))).toBe('还需同一节点上的 2 个设备空闲。目前由 6 个任务占用。前面还有 3 个任务。');
    // Where each of those in the way can be named, it is: their ids become links.
    expect(await say('en', waits(1, 1, 0))).toBe('Waits for 1 more device on one node. In use by a. It is next.');
    expect(await say('en', waits(2, 2, 0))).toBe('Waits for 2 more devices on one node. In use by a and b. It is next.');
    expect(await say('en', { ...waits(2, 0, 0), code: 'not_enough_devices' })).toBe('The cluster lacks 2 devices, even if all were free.');
    expect(await say('zh', waits(2, 2, 0))).toBe('还需同一节点上的 2 个设备空闲。目前由 a和b 占用。接下来就轮到它。');
  });

  it('of a node is said from its facts', async () => {
    expect(await say('zh', { code: 'node_unhealthy', message: 'as the API says it' })).toBe('已失去联系。');
    const some = { code: 'device_unhealthy', message: 'as the API says it', indexes: [1, 4], devices: 8 };
    expect(await say('en', some)).toBe('2 of 8 devices cannot be used.');
    expect(await say('zh', some)).toBe('8 个设备中有 2 个不可用。');
  });

  it('of a failure is what the API says, with the name of its code where that is in another language', async () => {
    const reason = { code: 'nan_loss', message: 'step 3: loss NaN' };
    expect(await say('en', reason)).toBe('step 3: loss NaN');
    expect(await say('zh', reason)).toBe('损失不是有限值：step 3: loss NaN');
  });

  it('of another code, or without the facts of its own, is what the API says', async () => {
    expect(await say('zh', { code: 'from_the_future', message: 'as it says' })).toBe('as it says');
    expect(await say('en', { code: 'not_enough_devices', message: 'as it says' })).toBe('as it says');
  });
});
