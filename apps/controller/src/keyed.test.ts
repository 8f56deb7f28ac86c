import { describe, expect, it } from 'vitest';
import { createKeyed } from './keyed.ts';

/** Runs that end when the test says so. */
function setUp(concurrency: number) {
  const begun: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const keyed = createKeyed({
    concurrency,
    run: (key) => {
      begun.push(key);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    },
  });
  return { keyed, begun, gates };
}

describe('work by key', () => {
  it('never runs twice at a time for one key, and once more when woken meanwhile', async () => {
    const { keyed, begun, gates } = setUp(4);
    const first = keyed.wake('a');
    const again = [keyed.wake('a'), keyed.wake('a')];
    expect(begun).toEqual(['a']);
    gates[0]!.resolve();
    await first;
    expect(begun).toEqual(['a', 'a']);
    gates[1]!.resolve();
    await Promise.all(again);
    await keyed.idle();
    expect(begun).toEqual(['a', 'a']);
  });

  it('runs no more keys at a time than it may, in the order of their wake-ups', async () => {
    const { keyed, begun, gates } = setUp(2);
    const all = ['a', 'b', 'c', 'b', 'd'].map((key) => keyed.wake(key));
    expect(begun).toEqual(['a', 'b']);
    gates[1]!.resolve();
    await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
    for (let index = 0; index < 5; index++) {
      await expect.poll(() => gates.length).toBeGreaterThan(index);
      gates[index]!.resolve();
    }
    await Promise.all(all);
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'b']);
  });

  it('tells a failure to those who waited for that run only, and goes on', async () => {
    let calls = 0;
    const keyed = createKeyed({ concurrency: 1, run: () => (++calls === 1 ? Promise.reject(new Error('no')) : Promise.resolve()) });
    await expect(keyed.wake('a')).rejects.toThrow('no');
    await expect(keyed.wake('a')).resolves.toBeUndefined();
    await keyed.idle();
  });
});
